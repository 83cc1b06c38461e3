using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;

namespace Holdfast.Control.Tests.Joining;

/// <summary>A machine that is to become a node: a data directory of its own.</summary>
internal sealed class JoiningNode : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public string Data => _data.Path;

    public KeyDirectory Keys => new(Data);

    /// <summary>Makes a join token.</summary>
    public static async Task<JoinToken> InviteAsync(TestControl control, string node, int seconds = 3600)
    {
        var body = new JsonObject { ["node"] = node, ["expires_in"] = seconds };
        var answer = await control.PostAsync("/holdfast/v1/join_tokens", body.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(JoinToken.TryParse(answer.Result["token"]!.GetValue<string>(), out var token));
        return token;
    }

    /// <summary>A node that has joined.</summary>
    public static async Task<JoiningNode> JoinedAsync(TestControl control, string name)
    {
        var node = new JoiningNode();
        (await node.JoinAsync(control.Host.NodeUrl!, await InviteAsync(control, name))).Dispose();
        return node;
    }

    public Task<NodeIdentity> JoinAsync(Uri control, JoinToken token) =>
        new JoinClient(control, Keys).JoinAsync(token, TestContext.Current.CancellationToken);

    /// <summary>Joins, which must fail.</summary>
    public async Task<JoinException> RefusedAsync(Uri control, JoinToken token)
    {
        var refusal = await Assert.ThrowsAsync<JoinException>(() => JoinAsync(control, token));
        Assert.Null(NodeIdentity.Load(Keys));
        return refusal;
    }

    public void Dispose() => _data.Dispose();
}
