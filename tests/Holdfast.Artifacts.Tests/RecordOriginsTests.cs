using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Zones;
using Holdfast.Releases.Canonical;

namespace Holdfast.Artifacts.Tests;

public sealed class RecordOriginsTests
{
    private static readonly Gen<string> Name = Gen.OneOf(
        Gen.Const("example.com"),
        Gen.String[Gen.Char["abc01"], 1, 5].Select(label => $"{label}.example.com"),
        Gen.String[Gen.Char["abc01"], 1, 5].Select(label => $"*.{label}.example.com"),
        Gen.Const("*.example.com")
    );

    private static readonly Gen<IPAddress> Address = Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)),
        Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes))
    );

    private static readonly Gen<RecordOrigin> Record = Gen.Select(
        Name,
        Address.Where(RecordOrigin.IsAddressAllowed).Array[0, 4],
        Gen.Bool,
        (name, addresses, alias) =>
            alias ? new RecordOrigin(name, [], "origin.example.net") : new RecordOrigin(name, [.. addresses.Distinct()], null)
    );

    [Fact]
    public void Records_WrittenAndRead_AreTheSame() =>
        Record
            .Array[0, 8]
            .Sample(records =>
            {
                var zone = Zone([.. records.DistinctBy(record => record.Name).OrderBy(record => record.Name, StringComparer.Ordinal)]);
                var bytes = ZoneArtifact.Write(zone);
                Assert.True(ZoneArtifact.TryParse(1, bytes, out var read, out var problems), string.Join("; ", problems));
                Assert.Equal(bytes, ZoneArtifact.Write(read));
                Assert.Equal(bytes, CanonicalJson.Write(JsonNode.Parse(bytes)));
                Assert.Equal(zone.Records.Length, read.Records.Length);
            });

    [Fact]
    public void Records_Missing_AreNone()
    {
        var text = """{"id":"0123456789abcdef0123456789abcdef","name":"example.com","settings":{}}""";
        Assert.True(ZoneArtifact.TryParse(1, Encoding.UTF8.GetBytes(text), out var zone, out _));
        Assert.Empty(zone.Records);
    }

    [Theory]
    [InlineData("""{"n\u0061me":"a.example.com","addresses":["192.0.2.1"]}""", "")]
    [InlineData("""{"name":"a.example.com","addresses":["\u0031.2.3.4"]}""", "")]
    [InlineData("""{"name":"a.example.com","name":"a.example.com","addresses":[]}""", "/records/0/name")]
    [InlineData("""{"name":"a.example.com","addresses":[],"addresses":[]}""", "/records/0/addresses")]
    [InlineData("""{"name":"a.example.com","addresses":[],"\ud800":1}""", "/records/0")]
    [InlineData("""{"name":"a.example.com","addresses":["\ud800"]}""", "/records/0/addresses")]
    [InlineData("""{"name":"\ud800","addresses":[]}""", "/records/0/name")]
    public void Record_InAnotherSpelling_IsReadOrOneProblem(string record, string pointer)
    {
        var text = $$"""{"id":"0123456789abcdef0123456789abcdef","name":"example.com","records":[{{record}}],"settings":{} }""";
        ZoneArtifact.TryParse(1, Encoding.UTF8.GetBytes(text), out _, out var problems);
        Assert.Equal(pointer, problems.Count == 0 ? "" : Assert.Single(problems).Pointer);
    }

    [Theory]
    [InlineData("""7""", "/records")]
    [InlineData("""[7]""", "/records/0")]
    [InlineData("""[{"addresses":[]}]""", "/records/0/name")]
    [InlineData("""[{"name":"example.org","addresses":[]}]""", "/records/0/name")]
    [InlineData("""[{"name":"notexample.com","addresses":[]}]""", "/records/0/name")]
    [InlineData("""[{"name":"WWW.example.com","addresses":[]}]""", "/records/0/name")]
    [InlineData("""[{"name":"a.*.example.com","addresses":[]}]""", "/records/0/name")]
    [InlineData("""[{"name":"b.example.com","addresses":[]},{"name":"a.example.com","addresses":[]}]""", "/records/1/name")]
    [InlineData("""[{"name":"a.example.com","addresses":[]},{"name":"a.example.com","addresses":[]}]""", "/records/1/name")]
    [InlineData("""[{"name":"a.example.com"}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":{}}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":["192.0.2.01"]}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":["192.0.2.1","192.0.2.1"]}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":["0.0.0.0"]}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":["239.1.1.1"]}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":["::"]}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":[],"target":"b.example"}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","target":"B.example"}]""", "/records/0/target")]
    [InlineData("""[{"name":"a.example.com","target":"a.example.com"}]""", "/records/0/target")]
    [InlineData("""[{"name":"a.example.com","addresses":[],"port":80}]""", "/records/0/port")]
    [InlineData("""[{"name":"a.example.com","addresses":["192.0.2.1\u0020"]}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":["fe80::1%25"]}]""", "/records/0/addresses")]
    [InlineData("""[{"name":"a.example.com","addresses":null}]""", "/records/0/addresses")]
    [InlineData("""[{"name":null,"addresses":["192.0.2.1"]}]""", "/records/0/name")]
    public void Records_OneThingWrong_IsOneProblemWithItsPointer(string records, string pointer)
    {
        var problem = Assert.Single(Check("example.com", JsonNode.Parse(records)));
        Assert.Equal(pointer, problem.Pointer);
        Assert.NotEmpty(problem.Allowed);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("*.example.com")]
    [InlineData("192.0.2.1")]
    public void Records_InAZoneWithoutAHostName_AreRefused(string zone) =>
        Assert.Equal("/records", Assert.Single(Check(zone, JsonNode.Parse("""[{"name":"a.example.com","addresses":[]}]"""))).Pointer);

    [Fact]
    public void Records_MoreThanAllowed_AreRefused()
    {
        var names = Enumerable.Range(0, RecordOrigin.MostInZone + 1).Select(i => new RecordOrigin($"h{i:D4}.example.com", [], "a.example"));
        Assert.Equal("/records", Assert.Single(new ZoneArtifact().Check(1, ZoneArtifact.Write(Zone([.. names])))).Pointer);
        var addresses = Enumerable.Range(1, RecordOrigin.MostAddresses + 1).Select(i => new IPAddress([192, 0, 2, (byte)i]));
        var record = new RecordOrigin("example.com", [.. addresses], null);
        Assert.Equal("/records/0/addresses", Assert.Single(new ZoneArtifact().Check(1, ZoneArtifact.Write(Zone([record])))).Pointer);
    }

    private static IReadOnlyList<Holdfast.Releases.Intake.ArtifactProblem> Check(string zone, JsonNode? records)
    {
        var json = JsonNode.Parse(ZoneArtifact.Write(Zone([]) with { Name = zone }))!.AsObject();
        json["records"] = records;
        return new ZoneArtifact().Check(1, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    private static ZoneConfig Zone(ImmutableArray<RecordOrigin> records) =>
        new()
        {
            Id = "0123456789abcdef0123456789abcdef",
            Name = "example.com",
            Records = records,
        };
}
