using System.Text;
using Holdfast.Artifacts.Lists;
using Holdfast.Model.Lists;

namespace Holdfast.Artifacts.Tests.Lists;

public class ListArtifactTests
{
    private static readonly ListConfig Addresses = new()
    {
        Id = "353e105f4ecef8ad9ca31a8372d0c023",
        Name = "offices",
        Kind = ListKind.Ip,
        Items = ["192.0.2.0/24", "198.51.100.7", "2001:db8::/32"],
    };

    [Fact]
    public void List_WrittenAndRead_IsTheSame()
    {
        Assert.True(ListArtifact.TryParse(1, ListArtifact.Write(Addresses), out var read, out _));
        Assert.Equal((Addresses.Id, Addresses.Name, Addresses.Kind), (read.Id, read.Name, read.Kind));
        Assert.Equal(Addresses.Items, read.Items);
    }

    [Theory]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":["192.0.2.1","192.0.2.1"],"kind":"ip","name":"a"}""", "/items/1")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":["192.0.2.2","192.0.2.1"],"kind":"ip","name":"a"}""", "/items/1")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":["192.0.2.1/24"],"kind":"ip","name":"a"}""", "/items/0")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":["2001:DB8::1"],"kind":"ip","name":"a"}""", "/items/0")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":["0.0.0.0/0"],"kind":"ip","name":"a"}""", "/items/0")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":["007"],"kind":"asn","name":"a"}""", "/items/0")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":["Example.com"],"kind":"hostname","name":"a"}""", "/items/0")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":[7],"kind":"asn","name":"a"}""", "/items/0")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":{},"kind":"ip","name":"a"}""", "/items")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":[],"kind":"redirects","name":"a"}""", "/kind")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":[],"kind":"ip","name":"$a"}""", "/name")]
    [InlineData("""{"id":"353e105f4ecef8ad9ca31a8372d0c023","items":[],"kind":"ip","name":"a","more":1}""", "/more")]
    [InlineData("""{"id":"x","items":[],"kind":"ip","name":"a"}""", "/id")]
    [InlineData("[]", "")]
    public void List_WithAFault_IsRefusedWithItsPlace(string json, string pointer) =>
        Assert.Equal(pointer, new ListArtifact().Check(1, Encoding.UTF8.GetBytes(json))[0].Pointer);

    [Fact]
    public void List_TooLongOrOfAnotherFormat_IsRefused()
    {
        var items = Enumerable.Range(0, ListLimits.Items + 1).Select(i => $"{i:d9}").Select(text => $"1{text}").Select(long.Parse);
        var list = Addresses with { Kind = ListKind.Asn, Items = [.. items.Select(number => $"{number}")] };
        Assert.Equal("/items", Assert.Single(new ListArtifact().Check(1, ListArtifact.Write(list))).Pointer);
        Assert.Single(new ListArtifact().Check(2, ListArtifact.Write(Addresses)));
        Assert.Single(new ListArtifact().Check(1, new byte[9 * 1024 * 1024]));
    }

    [Theory]
    [InlineData(ListKind.Ip, "192.0.2.7/32", "192.0.2.7")]
    [InlineData(ListKind.Ip, "2001:DB8:0::/48", "2001:db8::/48")]
    [InlineData(ListKind.Ip, "10.0.0.0/8", "10.0.0.0/8")]
    [InlineData(ListKind.Ip, "8.0.0.0/7", null)]
    [InlineData(ListKind.Ip, "2000::/11", null)]
    [InlineData(ListKind.Ip, "::ffff:192.0.2.1", null)]
    [InlineData(ListKind.Ip, "", null)]
    [InlineData(ListKind.Asn, "4294967295", "4294967295")]
    [InlineData(ListKind.Asn, "4294967296", null)]
    [InlineData(ListKind.Hostname, "*.Example.COM", "*.example.com")]
    [InlineData(ListKind.Hostname, "a_b.example.com", null)]
    [InlineData(ListKind.Hostname, "a..example.com", null)]
    [InlineData(ListKind.Redirect, "example.com/a https://example.org/ 301 pq", "example.com/a https://example.org/ 301 pq")]
    [InlineData(ListKind.Redirect, "HTTPS://Example.com https://example.org/ 302 -", "https://example.com/ https://example.org/ 302 -")]
    [InlineData(ListKind.Redirect, "example.com/a https://example.org/ 303 -", null)]
    [InlineData(ListKind.Redirect, "example.com/a?b https://example.org/ 301 -", null)]
    [InlineData(ListKind.Redirect, "example.com:80/a https://example.org/ 301 -", null)]
    [InlineData(ListKind.Redirect, "*.example.com/a https://example.org/ 301 -", null)]
    [InlineData(ListKind.Redirect, "example.com/a ftp://example.org/ 301 -", null)]
    [InlineData(ListKind.Redirect, "example.com/a https://u:p@example.org/ 301 -", null)]
    [InlineData(ListKind.Redirect, "example.com/a https://example.org/", null)]
    [InlineData(ListKind.Hostname, "*", null)]
    public void Item_InAnyForm_BecomesTheOneForm(ListKind kind, string text, string? canonical) =>
        Assert.Equal(canonical, ListItem.Canonical(kind, text));
}
