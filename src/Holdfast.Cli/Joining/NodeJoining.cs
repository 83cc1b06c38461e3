using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;

namespace Holdfast.Cli.Joining;

/// <summary>What <c>run edge</c> is to its control: a node that has joined, one that joins now, or one that shares its data directory.</summary>
internal static class NodeJoining
{
    /// <summary>The identity that an edge of this data directory has, after joining when it is told to and has not yet.</summary>
    /// <param name="data">The data directory; it exists.</param>
    /// <param name="control">Control's address, or null.</param>
    /// <param name="joinToken">The join token's text, or null. A node that has joined takes no notice of it, so that a unit may keep it.</param>
    /// <param name="name">The name that the node was told, or null.</param>
    /// <returns>Null for a node that shares control's data directory, or serves without control.</returns>
    /// <exception cref="CliFailure">It cannot join, or has joined otherwise than it is told now.</exception>
    public static async Task<NodeIdentity?> IdentityAsync(DataDirectory data, Uri? control, string? joinToken, string? name)
    {
        var keys = new KeyDirectory(data.Root);
        try
        {
            var token = joinToken is { Length: > 0 } ? Read(joinToken) : null;
            var identity = NodeIdentity.Load(keys);
            if (identity is null && token is null)
            {
                return null;
            }

            if (identity is null)
            {
                identity = await JoinAsync(keys, control, token!);
            }
            else if (token is not null && token.Fingerprint != NodeIdentity.FingerprintOf(identity.Authority))
            {
                throw new CliFailure(
                    $"{data.Root} has joined another control than the join token's",
                    "give each control's edge a data directory of its own",
                    CliFailure.Conflict
                );
            }

            Check(identity, control, name);
            return identity;
        }
        catch (KeyFileException fault)
        {
            throw new CliFailure(fault.Message);
        }
        catch (JoinException fault)
        {
            throw new CliFailure(fault.Message, null, CodeOf(fault.Failure));
        }
    }

    private static JoinToken Read(string text) =>
        JoinToken.TryParse(text, out var token)
            ? token
            : throw new CliFailure("--join: this is not a join token", "'holdfast node invite NAME' on control's machine makes one");

    private static Task<NodeIdentity> JoinAsync(KeyDirectory keys, Uri? control, JoinToken token)
    {
        if (File.Exists(keys.SigningKeyFile))
        {
            throw new CliFailure($"--join: {keys.Root} is control's own", "give the edge a data directory of its own with --data DIR");
        }

        return control is { Scheme: "https" }
            ? new JoinClient(control, keys).JoinAsync(token, CancellationToken.None)
            : throw new CliFailure("--join: --control https://HOST:PORT is needed with it", "it is where control listens for nodes");
    }

    private static void Check(NodeIdentity identity, Uri? control, string? name)
    {
        if (name is not null && name != identity.Name)
        {
            throw new CliFailure(
                $"--name: this node has joined as {identity.Name}, not as {name}",
                "leave --name out",
                CliFailure.Conflict
            );
        }

        if (control is { Scheme: not "https" })
        {
            throw new CliFailure(
                $"--control: this node has joined as {identity.Name}, over TLS",
                "give --control https://HOST:PORT, where control listens for nodes"
            );
        }
    }

    private static int CodeOf(JoinFailure failure) =>
        failure switch
        {
            JoinFailure.Unreachable => CliFailure.Unreachable,
            JoinFailure.Conflict => CliFailure.Conflict,
            JoinFailure.Busy => CliFailure.Busy,
            _ => CliFailure.NotAllowed,
        };
}
