using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Status.Reports;

/// <summary>
/// What a visitor has to show with a report: a proof of work, made by the page's script, or that some seconds have passed since the first
/// step. Both are bound to the service and the person by a keyed hash, so nothing has to be remembered here, and none is of use to
/// another. The key is made anew at each start.
/// </summary>
/// <param name="bits">Leading zero bits that a proof of work needs, 1 to 32.</param>
/// <param name="time">The clock.</param>
internal sealed class ReportTickets(int bits, TimeProvider time)
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Leading zero bits that a proof of work needs.</summary>
    public int Bits => bits;

    /// <summary>What a proof of work is made for.</summary>
    public string Challenge(string service, Visitor visitor) => Issue('w', service, visitor);

    /// <summary>Whether SHA-256 of <c>CHALLENGE:NONCE</c> begins with enough zero bits, and the challenge is this visitor's.</summary>
    public bool IsWork(string challenge, string nonce, string service, Visitor visitor)
    {
        if (nonce.Length is 0 or > 20 || Age('w', challenge, service, visitor) is not { } age || age > ReportLimits.TicketAge)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{challenge}:{nonce}"), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) >> (32 - bits) == 0;
    }

    /// <summary>What says when the first step was.</summary>
    public string Ticket(string service, Visitor visitor) => Issue('s', service, visitor);

    /// <summary>How long the first step is past, or null when the ticket is none, another's or too old.</summary>
    public TimeSpan? Waited(string ticket, string service, Visitor visitor) =>
        Age('s', ticket, service, visitor) is { } age && age <= ReportLimits.TicketAge ? age : null;

    private string Issue(char purpose, string service, Visitor visitor)
    {
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        return string.Create(CultureInfo.InvariantCulture, $"{at:x}.{Mac(purpose, at, service, visitor)}");
    }

    private TimeSpan? Age(char purpose, string ticket, string service, Visitor visitor)
    {
        var dot = ticket.IndexOf('.', StringComparison.Ordinal);
        if (
            dot is < 1 or > 15
            || !long.TryParse(ticket.AsSpan(0, dot), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var at)
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(ticket[(dot + 1)..]),
                Encoding.UTF8.GetBytes(Mac(purpose, at, service, visitor))
            )
        )
        {
            return null;
        }

        var age = time.GetUtcNow().ToUnixTimeMilliseconds() - at;
        return age >= 0 ? TimeSpan.FromMilliseconds(age) : null;
    }

    private string Mac(char purpose, long at, string service, Visitor visitor)
    {
        Span<byte> text = stackalloc byte[64];
        text[0] = (byte)purpose;
        BitConverter.TryWriteBytes(text[1..], at);
        var length = 9 + Encoding.UTF8.GetBytes(service, text[9..]);
        visitor.Person.CopyTo(text[length..]);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key, text[..(length + visitor.Person.Length)], mac);
        return Convert.ToHexStringLower(mac[..12]);
    }
}
