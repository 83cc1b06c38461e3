using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Releases.Rollout.Waves;

/// <summary>
/// The order in which edges come to have a release, by a hash of a seed and their names: the same at every look, another for another release. One
/// thread at a time.
/// </summary>
/// <param name="seed">The release's digest.</param>
internal sealed class EdgeOrder(string seed)
{
    private readonly byte[] _seed = Encoding.UTF8.GetBytes(seed);

    // Ten thousand hashes at every look would cost more than all the rest of it.
    private readonly Dictionary<string, ulong> _ranks = new(StringComparer.Ordinal);

    /// <summary>Puts edges in order.</summary>
    public List<string> Of(IEnumerable<string> edges) => [.. edges.OrderBy(Rank).ThenBy(static edge => edge, StringComparer.Ordinal)];

    private ulong Rank(string edge)
    {
        if (!_ranks.TryGetValue(edge, out var rank))
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData([.. _seed, .. Encoding.UTF8.GetBytes(edge)], hash);
            rank = BitConverter.ToUInt64(hash);
            _ranks[edge] = rank;
        }

        return rank;
    }
}
