using System.Net;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;
using Holdfast.Model.Purging;

namespace Holdfast.Edge.Tiers;

/// <summary>
/// Who this edge is to edges above and below it, and what it knows of purges: what it is about to put into effect, which it may not be behind
/// when it stores something, and what it has put into effect.
/// </summary>
/// <param name="node">Its name.</param>
/// <param name="key">What all edges of the installation have, and nobody else.</param>
/// <param name="id">A random number of this process: two edges may have one name.</param>
/// <param name="reaching">The newest purge that is in effect, or about to be.</param>
/// <param name="reached">Up to where purges are in effect.</param>
internal sealed class TierIdentity(string node, byte[] key, ulong id, Func<PurgePosition> reaching, Func<PurgePosition> reached)
{
    // Lower edges that ask now, one value for each between two purges; a place that is taken is read anew.
    private const int Remembered = 256;

    private readonly Told?[] _told = new Told?[Remembered];
    private volatile Own _own = Own.Of(key, node, id, PurgePosition.None);

    /// <summary>What a request to an upper edge carries.</summary>
    /// <param name="wantsFresh">See <see cref="LowerEdge.WantsFresh"/>.</param>
    public ReadOnlySpan<byte> FieldFor(bool wantsFresh)
    {
        var position = reaching();
        var own = _own;
        if (!ReferenceEquals(own.Position, position))
        {
            _own = own = Own.Of(key, node, id, position);
        }

        return wantsFresh ? own.Fresh : own.Plain;
    }

    /// <summary>
    /// Takes what a trusted peer says of itself: the visitor's address and the ray are then the lower edge's. Nothing happens for a peer
    /// that is no edge.
    /// </summary>
    public void Receive(EdgeRequest request)
    {
        var headers = request.Head.Headers;
        if (!headers.TryGet(KnownHeader.HoldfastLower, out var value) || Find(value) is not { } lower)
        {
            return;
        }

        request.Lower = lower;
        request.IsOwn = lower.Id == id;
        request.LowerIsAhead = IsBehind(lower.Purged);
        if (headers.TryGet(KnownHeader.CfConnectingIp, out var client) && IPAddress.TryParse(client, out var address))
        {
            request.ForwardedFor(address);
        }

        if (headers.TryGet(KnownHeader.XRayId, out var text) && RayId.TryParse(text, out var ray))
        {
            request.Adopt(ray);
        }
    }

    // One who has seen no log knows nothing that this edge could be behind.
    private bool IsBehind(PurgePosition lower)
    {
        var own = reached();
        return lower.Log.Length > 0 && (lower.Log != own.Log || lower.Sequence > own.Sequence);
    }

    private LowerEdge? Find(ReadOnlySpan<byte> value)
    {
        ref var place = ref _told[(uint)Hash(value) % Remembered];
        if (Volatile.Read(ref place) is { } told && value.SequenceEqual(told.Text))
        {
            return told.Lower;
        }

        var lower = LowerEdge.Read(key, value);
        if (lower is not null)
        {
            Volatile.Write(ref place, new Told(value.ToArray(), lower));
        }

        return lower;
    }

    private static int Hash(ReadOnlySpan<byte> value)
    {
        var hash = default(HashCode);
        hash.AddBytes(value);
        return hash.ToHashCode();
    }

    private sealed record Told(byte[] Text, LowerEdge Lower);

    private sealed record Own(PurgePosition Position, byte[] Plain, byte[] Fresh)
    {
        public static Own Of(byte[] key, string node, ulong id, PurgePosition position) =>
            new(
                position,
                LowerEdge.Write(key, node, id, position, wantsFresh: false),
                LowerEdge.Write(key, node, id, position, wantsFresh: true)
            );
    }
}
