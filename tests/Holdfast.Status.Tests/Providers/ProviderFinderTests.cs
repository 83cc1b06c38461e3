using System.Net;
using Holdfast.Status.Providers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Status.Tests.Providers;

/// <summary>Whose machines an origin stands on.</summary>
public sealed class ProviderFinderTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("holdfast-providers-");
    private readonly LoggedLines lines = new();

    public ProviderFinderTests()
    {
        Write("asn-ipv4-num.csv", "3221225984,3221226239,16509,\"Amazon.com, Inc.\"\n3325256704,3325256959,64500,Example Hosting AG\n");
        Write(
            "asn-ipv6-num.csv",
            "42540766411282592856903984951653826560,42540766490510755371168322545197776895,24940,Hetzner Online GmbH\n"
        );
    }

    public void Dispose()
    {
        lines.Dispose();
        directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("192.0.2.10", "192.0.2.10", "aws", "AS16509")]
    [InlineData("198.51.100.0", "198.51.100.0", "as64500", "AS64500")]
    [InlineData("198.51.100.255", "198.51.100.255", "as64500", "AS64500")]
    [InlineData("a.example.com", "198.51.101.9", "unknown", "no range, name or network")]
    [InlineData("a.example.com", "2001:db8::7", "hetzner", "AS24940")]
    [InlineData("a.example.com", "::ffff:192.0.2.1", "aws", "AS16509")]
    [InlineData("shop.herokuapp.com", "192.0.2.10", "heroku", "name under herokuapp.com")]
    [InlineData("X.ELB.eu-central-1.AMAZONAWS.com.", "198.51.101.9", "aws/eu-central-1", "name under AMAZONAWS.com")]
    [InlineData("d1.cloudfront.net", "198.51.101.9", "aws", "name under cloudfront.net")]
    [InlineData("notherokuapp.com", "192.168.3.4", "private", "private address")]
    [InlineData("10.1.2.3", "10.1.2.3", "private", "private address")]
    [InlineData("::1", "::1", "private", "private address")]
    [InlineData("172.32.0.1", "172.32.0.1", "unknown", "no range, name or network")]
    public void Origin_IsKnownByNameOrNetwork(string host, string address, string name, string how)
    {
        var provider = Finder().Of(host, IPAddress.Parse(address));

        Assert.Equal((name, how), (provider.Name, provider.How));
    }

    [Fact]
    public void Network_OfNobodyKnown_HasItsNumberAndName()
    {
        Write("asn-ipv4-num.csv", "3325256704,3325256959,64500,Example Hosting AG\n");

        var provider = Finder().Of("a.example.com", IPAddress.Parse("198.51.100.7"));

        Assert.Equal(("as64500", "Example Hosting AG"), (provider.Name, provider.Title));
    }

    [Fact]
    public void Ranges_ThatProvidersPublish_ComeFirstAndTheNarrowestHolds()
    {
        var files = directory.CreateSubdirectory("providers");
        File.WriteAllText(
            Path.Combine(files.FullName, "ip-ranges.json"),
            """
            {"syncToken":"1","prefixes":[{"ip_prefix":"198.51.100.0/24","region":"GLOBAL","service":"AMAZON"},
             {"ip_prefix":"198.51.100.128/25","region":"us-east-1","service":"EC2"}],
             "ipv6_prefixes":[{"ipv6_prefix":"2001:db8:1::/48","region":"eu-west-1","service":"EC2"}]}
            """
        );
        File.WriteAllText(
            Path.Combine(files.FullName, "cloud.json"),
            """{"prefixes":[{"ipv4Prefix":"203.0.113.0/26","scope":"europe-west6"},{"ipv6Prefix":"2001:db8:2::/48","scope":"us-central1"}]}"""
        );
        File.WriteAllText(
            Path.Combine(files.FullName, "tags.json"),
            """{"values":[{"name":"AzureCloud","properties":{"region":"","addressPrefixes":["203.0.113.0/24"]}},{"name":"AzureCloud.westeurope","properties":{"region":"westeurope","addressPrefixes":["203.0.113.64/26"]}}]}"""
        );
        File.WriteAllText(
            Path.Combine(files.FullName, "rack.json"),
            """{"provider":"rack","region":"zurich","title":"Our rack","prefixes":["10.9.0.0/16"]}"""
        );
        File.WriteAllText(Path.Combine(files.FullName, "wrong.json"), """{"provider":"x","prefixes":["10.9.0.0/99"]}""");
        File.WriteAllText(Path.Combine(files.FullName, "broken.json"), "{");
        var finder = Finder();

        Assert.Equal("aws/us-east-1", finder.Of("a.herokuapp.com", IPAddress.Parse("198.51.100.200")).Name);
        Assert.Equal("aws/global", finder.Of("x", IPAddress.Parse("198.51.100.1")).Name);
        Assert.Equal("aws/eu-west-1", finder.Of("x", IPAddress.Parse("2001:db8:1::9")).Name);
        Assert.Equal("google/europe-west6", finder.Of("x", IPAddress.Parse("203.0.113.1")).Name);
        Assert.Equal("google/us-central1", finder.Of("x", IPAddress.Parse("2001:db8:2::9")).Name);
        Assert.Equal("azure/westeurope", finder.Of("x", IPAddress.Parse("203.0.113.65")).Name);
        Assert.Equal("unknown", finder.Of("x", IPAddress.Parse("203.0.113.200")).Name);
        Assert.Equal("rack/zurich", finder.Of("x", IPAddress.Parse("10.9.1.1")).Name);
        Assert.Equal(2, lines.Lines.Count(line => line.Contains("is left out", StringComparison.Ordinal)));
    }

    [Fact]
    public void Lists_ThatAreMissingOrBroken_LeaveNetworksUnknown()
    {
        Write("asn-ipv4-num.csv", "not,a,list\n");
        File.Delete(Path.Combine(directory.FullName, "asn-ipv6-num.csv"));

        Assert.Equal("unknown", Finder().Of("x", IPAddress.Parse("192.0.2.1")).Name);
        Assert.Equal(2, lines.Lines.Count(line => line.Contains("cannot be used", StringComparison.Ordinal)));
        Assert.Null(new NetworkNumbers("/nowhere", NullLogger.Instance).Of(IPAddress.Parse("::2")));
    }

    private ProviderFinder Finder() =>
        new(ProviderFiles.Read(Path.Combine(directory.FullName, "providers"), lines), new NetworkNumbers(directory.FullName, lines));

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(directory.FullName, name), text);
}
