using System.Net;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Tests.Settings;

public class StatusPageLinkTests
{
    [Theory]
    [InlineData("127.0.0.1:8700", "127.0.0.1:8080 127.0.0.1:8443", "http://127.0.0.1:8700")]
    [InlineData("[::1]:8700", "[::1]:8080 127.0.0.1:8443", "http://[::1]:8700")]
    [InlineData("127.0.0.1:8700", "127.0.0.1:8080 0.0.0.0:443", null)] // visitors from elsewhere have a loopback of their own
    [InlineData("192.0.2.1:8700", "0.0.0.0:80", "http://192.0.2.1:8700")]
    [InlineData("0.0.0.0:8700", "0.0.0.0:80", null)] // which of them is not known
    [InlineData("[::]:8700", "127.0.0.1:80", null)]
    public void For_APageOfThisMachine_IsWhereVisitorsCanReachIt(string page, string sites, string? link) =>
        Assert.Equal(link, StatusPageLink.For(IPEndPoint.Parse(page), sites.Split(' ').Select(IPEndPoint.Parse)));

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("https://status.example.com", "https://status.example.com/")]
    public void Read_WhatTheSupervisorTells(string? told, string? link) =>
        Assert.Equal(link, StatusPageLink.Read(name => name == StatusPageLink.Variable ? told : null));

    [Fact]
    public void Read_NoAddress_IsRefusedByName()
    {
        var failure = Assert.Throws<CliFailure>(() => StatusPageLink.Read(_ => "javascript:alert(1)"));

        Assert.Contains(StatusPageLink.Variable, failure.Message, StringComparison.Ordinal);
    }
}
