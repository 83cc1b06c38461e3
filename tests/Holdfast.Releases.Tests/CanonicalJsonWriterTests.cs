using System.Text.Json.Nodes;
using CsCheck;
using Holdfast.Releases.Canonical;

namespace Holdfast.Releases.Tests;

public sealed class CanonicalJsonWriterTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char['\0', '\ud7ff'], 0, 8];

    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>(
        (depth, value) =>
            depth > 4
                ? Text.Select(text => (JsonNode?)text)
                : Gen.OneOf(
                    Gen.Const((JsonNode?)null),
                    Gen.Bool.Select(flag => (JsonNode?)flag),
                    Gen.Int.Select(number => (JsonNode?)number),
                    Text.Select(text => (JsonNode?)text),
                    value.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
                    Gen.Select(Text, value)
                        .Array[0, 4]
                        .Select(members =>
                            (JsonNode?)
                                new JsonObject(
                                    members
                                        .DistinctBy(member => member.Item1)
                                        .Select(member => KeyValuePair.Create(member.Item1, member.Item2?.DeepClone()))
                                )
                        )
                )
    );

    [Fact]
    public void Written_PieceByPiece_IsTheSameAsTheTree() =>
        Value.Sample(value =>
        {
            var writer = new CanonicalJsonWriter(1);
            Write(writer, value);
            Assert.Equal(CanonicalJson.Write(value), writer.ToArray());
        });

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("\ufb33", "\ud83d\ude00")]
    public void Name_NotBehindTheOneBeforeIt_Throws(string first, string second)
    {
        var writer = new CanonicalJsonWriter(16);
        writer.StartObject();
        writer.Name(first);
        writer.Value(true);
        Assert.Throws<InvalidOperationException>(() => writer.Name(second));
    }

    [Theory]
    [InlineData(CanonicalJson.MaxDepth, true)]
    [InlineData(CanonicalJson.MaxDepth + 1, false)]
    public void Depth_IsThatOfTheTree(int depth, bool allowed)
    {
        JsonNode tree = new JsonArray();
        var writer = new CanonicalJsonWriter(16);
        for (var i = 0; i < depth; i++)
        {
            tree = new JsonArray(tree);
            writer.StartArray();
        }

        Assert.Equal(allowed, Record.Exception(writer.StartArray) is null);
        Assert.Equal(allowed, Record.Exception(() => CanonicalJson.Write(tree)) is null);
    }

    private static void Write(CanonicalJsonWriter writer, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                writer.StartObject();
                foreach (var (name, member) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    writer.Name(name);
                    Write(writer, member);
                }

                writer.EndObject();
                break;
            case JsonArray items:
                writer.StartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.EndArray();
                break;
            case JsonValue one when one.TryGetValue<string>(out var text):
                writer.Value(text);
                break;
            case JsonValue one when one.TryGetValue<bool>(out var flag):
                writer.Value(flag);
                break;
            default:
                writer.Value(value);
                break;
        }
    }
}
