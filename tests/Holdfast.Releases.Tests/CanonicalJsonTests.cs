using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Holdfast.Releases.Canonical;

namespace Holdfast.Releases.Tests;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b" : 1, "a" : [ true , false , null ] }""", """{"a":[true,false,null],"b":1}""")]
    [InlineData(
        """{"\u20ac":1,"\r":2,"1":3,"\ufb33":4,"\ud83d\ude00":5,"\u0080":6}""",
        "{\"\\r\":2,\"1\":3,\"\u0080\":6,\"\u20ac\":1,\"\U0001F600\":5,\"\ufb33\":4}"
    )]
    [InlineData("\"\\u0000\\u001f\\/\\\"\\\\\\b\\f\\n\\t\"", "\"\\u0000\\u001f/\\\"\\\\\\b\\f\\n\\t\"")]
    [InlineData("-0", "0")]
    [InlineData("9007199254740991", "9007199254740991")]
    public void Write_AnyValue_HasOneForm(string json, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(CanonicalJson.Write(JsonNode.Parse(json))));

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("9007199254740992")]
    public void Write_NumberThatIsNoSafeInteger_Throws(string json) =>
        Assert.Throws<FormatException>(() => CanonicalJson.Write(JsonNode.Parse(json)));

    [Fact]
    public void Write_HalfASurrogatePair_Throws() => Assert.Throws<FormatException>(() => CanonicalJson.Write(JsonValue.Create("a\ud800")));

    [Fact]
    public void Write_AnyText_ComesBack() =>
        Gen.String[Gen.Char['\0', '\ud7ff'], 0, 40]
            .Sample(text =>
                JsonNode.Parse(CanonicalJson.Write(new JsonObject { [text] = text }))!.AsObject()[text]!.GetValue<string>() == text
            );
}
