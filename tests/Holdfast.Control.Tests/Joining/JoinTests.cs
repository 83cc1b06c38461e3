using System.Net;
using System.Text;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Joining;

namespace Holdfast.Control.Tests.Joining;

/// <summary>How a node on another machine becomes one of ours, and who does not.</summary>
public sealed class JoinTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Join_GoodToken_GivesAllThatAnEdgeNeedsAndNoMore()
    {
        await using var control = await TestControl.StartAsync();
        using var node = new JoiningNode();
        using var identity = await node.JoinAsync(control.Host.NodeUrl!, await JoiningNode.InviteAsync(control, "paris-1"));

        Assert.Equal("paris-1", identity.Name);
        Assert.Equal(await File.ReadAllBytesAsync(control.Keys.SecretKeyFile, Cancelled), await Bytes(node.Keys.SecretKeyFile));
        Assert.Equal(Names(control.Keys.TrustedDirectory), Names(node.Keys.TrustedDirectory));
        Assert.Equal(["node.json", "node.key", "secret.key"], Names(node.Keys.Root));
        Assert.All(Directory.GetFiles(node.Keys.Root), file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));

        var shown = (await control.GetAsync("/holdfast/v1/nodes/paris-1")).Result;
        Assert.NotNull(shown["joined_on"]);
        var entry = (await control.GetAsync("/holdfast/v1/audit_logs?operation=nodes-join")).Result[0]!;
        Assert.Equal(("join_token", "paris-1"), (entry["actor_type"]!.GetValue<string>(), entry["resource_id"]!.GetValue<string>()));
        Assert.Matches("^[0-9a-f]{64}$", entry["after"]!["key_sha256"]!.GetValue<string>());
    }

    [Fact]
    public async Task Join_AnswerLost_SameNodeJoinsAgainAndAnotherDoesNot()
    {
        await using var control = await TestControl.StartAsync();
        var token = await JoiningNode.InviteAsync(control, "paris-1");
        using var node = new JoiningNode();
        (await node.JoinAsync(control.Host.NodeUrl!, token)).Dispose();
        File.Delete(node.Keys.NodeFile);

        using var again = await node.JoinAsync(control.Host.NodeUrl!, token);
        Assert.Equal("paris-1", again.Name);
        using var other = new JoiningNode();
        var refusal = await other.RefusedAsync(control.Host.NodeUrl!, token);
        Assert.Equal(JoinFailure.Refused, refusal.Failure);
        Assert.Contains("was used already", refusal.Message);

        await control.DeleteAsync("/holdfast/v1/nodes/paris-1");
        File.Delete(node.Keys.NodeFile);
        Assert.Contains("was used already", (await node.RefusedAsync(control.Host.NodeUrl!, token)).Message);
    }

    [Fact]
    public async Task Join_TokenExpiredOrRemoved_SaysSo()
    {
        var time = new SettableTime();
        await using var control = await TestControl.StartAsync(time: time);
        using var node = new JoiningNode();
        var token = await JoiningNode.InviteAsync(control, "paris-1", seconds: 60);
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Contains("expired", (await node.RefusedAsync(control.Host.NodeUrl!, token)).Message);

        token = await JoiningNode.InviteAsync(control, "paris-2");
        var listed = (await control.GetAsync("/holdfast/v1/join_tokens")).Result.AsArray();
        Assert.Equal(["waiting", "expired"], listed.Select(row => row!["status"]!.GetValue<string>()));
        Assert.DoesNotContain(token.Secret, listed.ToJsonString());
        await control.DeleteAsync($"/holdfast/v1/join_tokens/{listed[0]!["id"]}");
        Assert.Contains("no such join token", (await node.RefusedAsync(control.Host.NodeUrl!, token)).Message);
    }

    [Fact]
    public async Task Join_TokenOfAnotherControl_IsNotGivenAway()
    {
        await using var ours = await TestControl.StartAsync();
        await using var theirs = await TestControl.StartAsync();
        using var node = new JoiningNode();
        var token = await JoiningNode.InviteAsync(ours, "paris-1");

        var refusal = await node.RefusedAsync(theirs.Host.NodeUrl!, token);
        Assert.Equal(JoinFailure.Refused, refusal.Failure);
        Assert.Contains("not the control that the token is of", refusal.Message);
        using var identity = await node.JoinAsync(ours.Host.NodeUrl!, token);
    }

    [Fact]
    public async Task Join_SomebodyInBetweenWhoShowsTheTrueAuthority_GetsNoSecret()
    {
        await using var control = await TestControl.StartAsync();
        using var node = new JoiningNode();
        var token = await JoiningNode.InviteAsync(control, "paris-1");
        await using var between = new Interceptor(await File.ReadAllTextAsync(control.Keys.NodeAuthorityFile, Cancelled));

        var refusal = await node.RefusedAsync(between.Url, token);
        Assert.Contains("somebody stands in between", refusal.Message);
        Assert.StartsWith($"GET {FeedHeaders.NodeAuthorityPath} ", Assert.Single(between.Read));
    }

    [Fact]
    public async Task Join_WhatAnswersIsSomethingElse_SaysSo()
    {
        using var node = new JoiningNode();
        var token = JoinToken.Of(JoinToken.Prefix + new string('x', 40), new string('0', 64));
        Uri gone;
        await using (var other = new Interceptor("<html>hello</html>"))
        {
            gone = other.Url;
            Assert.Contains("is no control that listens for nodes", (await node.RefusedAsync(gone, token)).Message);
        }

        Assert.Equal(JoinFailure.Unreachable, (await node.RefusedAsync(gone, token)).Failure);
    }

    [Fact]
    public async Task Join_NameOrDataDirectoryTaken_IsAConflict()
    {
        await using var control = await TestControl.StartAsync();
        using var first = await JoiningNode.JoinedAsync(control, "paris-1");
        var answer = await control.PostAsync("/holdfast/v1/join_tokens", """{"node":"paris-1"}""");
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);

        // The same machine under a second name, and a directory that another installation has used.
        File.Delete(first.Keys.NodeFile);
        var refusal = await first.RefusedAsync(control.Host.NodeUrl!, await JoiningNode.InviteAsync(control, "paris-2"));
        Assert.Equal((JoinFailure.Conflict, true), (refusal.Failure, refusal.Message.Contains("joined already, as paris-1")));
        using var used = new JoiningNode();
        Holdfast.Releases.Keys.KeyFile.ReadOrCreateRandom(used.Keys.SecretKeyFile, 32);
        refusal = await used.RefusedAsync(control.Host.NodeUrl!, await JoiningNode.InviteAsync(control, "paris-3"));
        Assert.Equal(JoinFailure.Conflict, refusal.Failure);
        Assert.Contains("another installation", refusal.Message);
    }

    [Fact]
    public async Task Join_WrongSecrets_AreSlowedAndAGoodOneIsNot()
    {
        await using var control = await TestControl.StartAsync(time: new MovedTime());
        using var node = new JoiningNode();
        var token = await JoiningNode.InviteAsync(control, "paris-1");
        var wrong = JoinToken.Of(JoinToken.Prefix + new string('x', 40), token.Fingerprint);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(JoinFailure.Refused, (await node.RefusedAsync(control.Host.NodeUrl!, wrong)).Failure);
        }

        Assert.Equal(JoinFailure.Busy, (await node.RefusedAsync(control.Host.NodeUrl!, wrong)).Failure);
        using var identity = await node.JoinAsync(control.Host.NodeUrl!, token);
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("{\"secret\":\"x\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"secret\":\"x\",\"sealingKey\":\"AAAA\"}", HttpStatusCode.BadRequest)]
    [InlineData("long", HttpStatusCode.RequestEntityTooLarge)]
    public async Task Join_Rubbish_IsRefused(string body, HttpStatusCode status)
    {
        await using var control = await TestControl.StartAsync();
        using var client = Tls();
        using var content = new StringContent(body == "long" ? new string('x', JoinCodec.MaxRequestBytes + 1) : body, Encoding.UTF8);
        using var response = await client.PostAsync(new Uri(control.Host.NodeUrl!, FeedHeaders.JoinPath), content, Cancelled);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Listeners_EachServesItsOwnAlone()
    {
        await using var control = await TestControl.StartAsync();
        using var client = Tls();
        client.DefaultRequestHeaders.Authorization = new("Bearer", TestControl.Token);
        foreach (var path in new[] { "/client/v4/zones", "/healthz", "/openapi.json", "/holdfast/v1/sessions" })
        {
            using var response = await client.GetAsync(new Uri(control.Host.NodeUrl!, path), Cancelled);
            Assert.Equal((HttpStatusCode.NotFound, path), (response.StatusCode, path));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await control.GetAsync(FeedHeaders.NodeAuthorityPath)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await control.PostAsync(FeedHeaders.JoinPath, "{}")).Status);
    }

    [Fact]
    public async Task Control_ThatDoesNotListenForNodes_InvitesNobody()
    {
        await using var control = await TestControl.StartAsync(configure: options => options with { NodeEndpoint = null });
        var answer = await control.PostAsync("/holdfast/v1/join_tokens", """{"node":"paris-1"}""");
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Contains("--node-listen", answer.Error["message"]!.GetValue<string>());
        Assert.False(File.Exists(control.Keys.NodeAuthorityKeyFile));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static Task<byte[]> Bytes(string path) => File.ReadAllBytesAsync(path, Cancelled);

    private static IEnumerable<string?> Names(string directory) => Directory.GetFiles(directory).Select(Path.GetFileName).Order();

    private static HttpClient Tls() =>
        new(new SocketsHttpHandler { SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
}
