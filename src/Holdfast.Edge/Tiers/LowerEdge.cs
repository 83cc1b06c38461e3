using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Edge.Requests;
using Holdfast.Http.Messages;
using Holdfast.Model.Purging;

namespace Holdfast.Edge.Tiers;

/// <summary>
/// What a lower edge says with a request, in <c>Holdfast-Lower: edge-1;id=90f1...;log=353e...;purged=12;fresh;sig=...</c>: who it is, up to
/// where it has purged, and whether it must not get what was stored before. Signed, because a trusted upstream that is no edge passes on
/// what visitors write, and what follows from being an edge is more than an upstream may say.
/// </summary>
/// <param name="Node">The node's name.</param>
/// <param name="Id">A number that its process has chosen.</param>
/// <param name="Purged">Its place in the purge log.</param>
/// <param name="WantsFresh">Whether what is stored is to be confirmed by the origin first: a visitor of the lower edge has changed it.</param>
internal sealed record LowerEdge(byte[] Node, ulong Id, PurgePosition Purged, bool WantsFresh)
{
    // A node's name, a log, two numbers, a signature.
    private const int Longest = 320;

    // 128 bits: nobody guesses them.
    private const int SignatureBytes = 16;

    private const string Signature = ";sig=";

    /// <summary>Says that the request is being dealt with: a lower edge need not wait for the answer to know that somebody is there.</summary>
    public static ResponseHead Processing { get; } = new() { Status = 102 };

    /// <summary>The field's value.</summary>
    /// <param name="key">What all edges of the installation have, and nobody else.</param>
    /// <param name="node">See <see cref="Node"/>.</param>
    /// <param name="id">See <see cref="Id"/>.</param>
    /// <param name="purged">See <see cref="Purged"/>.</param>
    /// <param name="wantsFresh">See <see cref="WantsFresh"/>.</param>
    public static byte[] Write(byte[] key, string node, ulong id, PurgePosition purged, bool wantsFresh)
    {
        var said = $"{node};id={id:x16};log={purged.Log};purged={purged.Sequence}{(wantsFresh ? ";fresh" : "")}";
        return Encoding.ASCII.GetBytes($"{said}{Signature}{Sign(key, said)}");
    }

    /// <summary>Reads the field's value; null when it is not one that an edge of the installation has written.</summary>
    public static LowerEdge? Read(byte[] key, ReadOnlySpan<byte> value)
    {
        if (value.Length > Longest || !Ascii.IsValid(value))
        {
            return null;
        }

        var text = Encoding.ASCII.GetString(value);
        var end = text.LastIndexOf(Signature, StringComparison.Ordinal);
        if (
            end < 0
            || !CryptographicOperations.FixedTimeEquals(
                MemoryMarshal.AsBytes(Sign(key, text[..end]).AsSpan()),
                MemoryMarshal.AsBytes(text.AsSpan(end + Signature.Length))
            )
        )
        {
            return null;
        }

        var parts = text[..end].Split(';');
        return
            parts.Length >= 4
            && RayId.TryParse(Encoding.ASCII.GetBytes(ValueOf(parts[1], "id=")), out var id)
            && long.TryParse(ValueOf(parts[3], "purged="), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new LowerEdge(
                Encoding.ASCII.GetBytes(parts[0]),
                id.Value,
                new PurgePosition(ValueOf(parts[2], "log="), sequence),
                parts.Contains("fresh")
            )
            : null;
    }

    private static string ValueOf(string part, string name) => part.StartsWith(name, StringComparison.Ordinal) ? part[name.Length..] : "";

    private static string Sign(byte[] key, string said) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(said)).AsSpan(0, SignatureBytes));
}
