using System.Text;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Tests.Requests;

public class OwnPathsTests
{
    [Theory]
    [InlineData("/cdn-cgi")]
    [InlineData("/cdn-cgi/")]
    [InlineData("/cdn-cgi/trace")]
    [InlineData("/CDN-cgi/trace")]
    [InlineData("//cdn-cgi/trace")]
    [InlineData("/./cdn-cgi/trace")]
    [InlineData("/a/../cdn-cgi/x")]
    [InlineData("/a/b/../../cdn-cgi")]
    [InlineData("/../cdn-cgi/x")]
    [InlineData("/%63dn-cgi/x")]
    [InlineData("/%2563dn-cgi/x")]
    [InlineData("/cdn-cgi%2Fx")]
    [InlineData("/a/%2e%2e/cdn-cgi/x")]
    [InlineData("/a%2f..%2fcdn-cgi/x")]
    [InlineData("\\cdn-cgi/x")]
    [InlineData("/a\\..\\cdn-cgi\\x")]
    [InlineData("/cdn-cgi/../x")]
    [InlineData("/cdn-cgi;a=b/x")]
    [InlineData("/;x/cdn-cgi/x")]
    public void Contains_WhateverAServerMayTakeForIt_IsOurs(string path) => Assert.True(OwnPaths.Contains(Encoding.Latin1.GetBytes(path)));

    [Theory]
    [InlineData("/")]
    [InlineData("*")]
    [InlineData("/cdn-cg")]
    [InlineData("/cdn-cgi2/x")]
    [InlineData("/a/cdn-cgi/x")]
    [InlineData("/cdn%2dcgix")]
    [InlineData("/%zz%/..;/x")]
    [InlineData("/.well-known/acme-challenge/x")]
    public void Contains_OtherPath_IsTheOrigins(string path) => Assert.False(OwnPaths.Contains(Encoding.Latin1.GetBytes(path)));
}
