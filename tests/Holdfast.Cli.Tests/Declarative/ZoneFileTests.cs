using Holdfast.Cli.Declarative;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Tests.Declarative;

public sealed class ZoneFileTests
{
    [Fact]
    public void Parse_AWholeZone_HasEverythingInCanonicalForm()
    {
        var zone = Assert.Single(
            ZoneFile.Parse(
                """
                zones:
                  - name: Bücher.Example.
                    origin: HTTPS://192.0.2.10:443
                    settings: {always_use_https: on}
                    records:
                      - {name: www, type: a, content: 192.0.2.10, proxied: true, ttl: auto}
                      - {name: "@", type: MX, content: mail.example.com, priority: 10, ttl: 300, comment: post, tags: ["b:2", "a:1"]}
                """,
                "zones.yaml"
            )
        );

        Assert.Equal("xn--bcher-kva.example", zone.Name);
        Assert.Equal("https://192.0.2.10", zone.Origin);
        Assert.Equal("always_use_https", Assert.Single(zone.Settings).Key);
        Assert.Equal(
            [("www.xn--bcher-kva.example", "A", 1, true), ("xn--bcher-kva.example", "MX", 300, false)],
            zone.Records!.Select(record => (record.Name, record.Type, record.Ttl, record.Proxied))
        );
        Assert.Equal((10, "post"), (zone.Records![1].Priority, zone.Records[1].Comment));
        Assert.Equal(["a:1", "b:2"], zone.Records[1].Tags);
    }

    [Fact]
    public void Parse_OnlyAName_SaysNothingAboutTheRest()
    {
        var zone = Assert.Single(ZoneFile.Parse("zones:\n  - name: example.com\n", "zones.yaml"));
        Assert.False(zone.HasOrigin);
        Assert.Null(zone.Records);
        Assert.Empty(zone.Settings);
    }

    [Theory]
    [InlineData("zone:\n", "zones.yaml line 1: unknown member 'zone'")]
    [InlineData("[]", "zones.yaml: no list of zones")]
    [InlineData("zones:\n  - nmae: example.com\n", "zones.yaml line 2: unknown member 'nmae'")]
    [InlineData("zones:\n  - name: -bad-\n", "zones.yaml line 2: '-bad-' is not a zone name")]
    [InlineData("zones:\n  - name: example.com\n    origin: ftp://x\n", "zones.yaml line 3: origin: 'ftp' is not a scheme")]
    [InlineData("zones:\n  - name: a.example\n  - name: A.example\n", "zones.yaml line 3: the zone a.example stands there twice")]
    [InlineData(
        "zones:\n  - name: a.example\n    records:\n      - {name: www, type: A}\n",
        "zones.yaml line 4: the record has no content"
    )]
    [InlineData(
        "zones:\n  - name: a.example\n    records:\n      - {name: www, type: A, content: x, ttl: soon}\n",
        "zones.yaml line 4: ttl: 'soon' is not a whole number"
    )]
    [InlineData(
        "zones:\n  - name: a.example\n    records:\n      - {name: www, type: A, content: x, proxied: maybe}\n",
        "zones.yaml line 4: proxied: 'maybe' is neither true nor false"
    )]
    [InlineData("zones: [", "zones.yaml line 2:")]
    public void Parse_AMistake_NamesItsLine(string text, string message)
    {
        var failure = Assert.Throws<CliFailure>(() => ZoneFile.Parse(text, "zones.yaml"));
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Equal(CliFailure.BadUse, failure.ExitCode);
    }
}
