using Holdfast.Model.Rulesets;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>What each field of the language says of a real request: a rule that asks for it blocks.</summary>
public class RequestSignalTests
{
    private const string Head =
        "GET /A/%62/../c.TXT?x=1&y=&x=%20&z HTTP/1.1\r\nHost: Example.com:8080\r\nUser-Agent: Agent/1\r\nReferer: http://r/\r\n"
        + "X-Two: one\r\nx-two: two\r\nCookie: a=1; b%20c=2; a=3\r\nCookie: d=4\r\nX-Forwarded-For: 192.0.2.1\r\n"
        + "Accept-Language: de;q=0.5, en, fr;q=0.9, en-GB\r\n\r\n";

    [Theory]
    [InlineData("http.host eq \"example.com\"")]
    [InlineData("http.request.method eq \"GET\"")]
    [InlineData("http.request.uri.path eq \"/A/c.TXT\"")]
    [InlineData("http.request.uri eq \"/A/c.TXT?x=1&y=&x=%20&z\"")]
    [InlineData("http.request.uri.path.extension eq \"txt\"")]
    [InlineData("http.request.uri.query eq \"x=1&y=&x=%20&z\"")]
    [InlineData("http.request.full_uri eq \"http://example.com:8080/A/c.TXT?x=1&y=&x=%20&z\"")]
    [InlineData("raw.http.request.uri.path eq \"/A/%62/../c.TXT\"")]
    [InlineData("raw.http.request.uri eq \"/A/%62/../c.TXT?x=1&y=&x=%20&z\"")]
    [InlineData("raw.http.request.full_uri eq \"http://example.com:8080/A/%62/../c.TXT?x=1&y=&x=%20&z\"")]
    [InlineData("http.request.uri.args[\"x\"][1] eq \"%20\"")]
    [InlineData("http.request.uri.args[\"y\"][0] eq \"\"")]
    [InlineData("http.request.uri.args[\"z\"][0] eq \"\"")]
    [InlineData("any(http.request.uri.args.names[*] eq \"z\") and not any(http.request.uri.args.names[*] eq \"%20\")")]
    [InlineData("any(http.request.uri.args.values[*] eq \"1\")")]
    [InlineData("http.user_agent eq \"Agent/1\" and http.referer eq \"http://r/\"")]
    [InlineData("http.request.headers[\"x-two\"][0] eq \"one\" and http.request.headers[\"x-two\"][1] eq \"two\"")]
    [InlineData("not has_key(http.request.headers, \"x-three\")")]
    [InlineData("http.request.headers[\"host\"][0] eq \"Example.com:8080\"")]
    [InlineData("any(http.request.headers.names[*] eq \"X-Two\") and any(http.request.headers.values[*] eq \"two\")")]
    [InlineData("not http.request.headers.truncated")]
    [InlineData("http.cookie eq \"a=1; b%20c=2; a=3; d=4\"")]
    [InlineData("http.request.cookies[\"a\"][1] eq \"3\" and http.request.cookies[\"b c\"][0] eq \"2\"")]
    [InlineData("http.request.cookies[\"d\"][0] eq \"4\"")]
    [InlineData("http.request.version eq \"HTTP/1.1\"")]
    [InlineData("http.request.accepted_languages[0] eq \"en\" and http.request.accepted_languages[1] eq \"en-GB\"")]
    [InlineData("http.request.accepted_languages[2] eq \"fr\" and http.request.accepted_languages[3] eq \"de\"")]
    [InlineData("http.request.timestamp.sec gt 1700000000 and http.request.timestamp.msec lt 1000")]
    [InlineData("ip.src eq 127.0.0.1 and ip.src in {127.0.0.0/8}")]
    [InlineData("cf.edge.server_ip eq 127.0.0.1 and cf.edge.server_port gt 0")]
    [InlineData("not ssl and cf.tls_version eq \"\" and cf.tls_cipher eq \"\"")]
    [InlineData("cf.edge.client_tcp and not cf.tls_client_auth.cert_verified")]
    [InlineData("len(cf.ray_id) eq 16 and len(cf.random_seed) eq 16")]
    [InlineData("cf.zone.name eq \"*\" and cf.bot_management.static_resource")]
    [InlineData("not holdfast_known(ip.src.country) and not holdfast_known(ip.src.asnum)")]
    [InlineData("not holdfast_known(http.request.body.mime)")]
    public async Task Field_OfARequest_IsWhatItSays(string expression)
    {
        await using var site = await StartAsync(Custom, Rule(expression, new BlockAction((BlockResponse?)null)));

        var (head, _) = await site.AskAsync(Head);

        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/admin", "/admin")]
    [InlineData("/%61dmin", "/admin")]
    [InlineData("//admin", "/admin")]
    [InlineData("/\\admin", "/admin")]
    [InlineData("/x/../admin", "/admin")]
    [InlineData("/x/%2e%2e/admin", "/admin")]
    [InlineData("/./admin/.", "/admin/")]
    [InlineData("/../../admin", "/admin")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/..", "/")]
    [InlineData("/%2fadmin", "/%2Fadmin")]
    [InlineData("/%zz%", "/%zz%")]
    [InlineData("/.hidden/..x", "/.hidden/..x")]
    public void Path_InAnySpelling_HasOneForm(string sent, string normal)
    {
        var output = new byte[sent.Length];
        var path = System.Text.Encoding.ASCII.GetBytes(sent);

        var length = Edge.Rules.Signals.NormalPath.Write(path, output);

        Assert.Equal(normal, System.Text.Encoding.ASCII.GetString(output, 0, length));
        Assert.True(sent == normal || Edge.Rules.Signals.NormalPath.MayDiffer(path));
    }

    [Fact]
    public async Task OriginalTarget_OfAPathInAnotherSpelling_GoesToTheOrigin()
    {
        await using var site = await StartAsync(Custom, Rule("false", new LogAction()));

        var (_, body) = await site.AskAsync("GET /a/%62/../c HTTP/1.1\r\nHost: example.com\r\n\r\n");

        Assert.Equal("/a/%62/../c", body);
    }
}
