using System.Globalization;
using System.Text;

namespace Holdfast.Edge.Requests;

/// <summary>The Date field's value (RFC 9110 section 5.6.7), formatted once a second.</summary>
internal sealed class HttpDate(TimeProvider time)
{
    private Formatted _current = new(long.MinValue, []);

    /// <summary>The time now as IMF-fixdate.</summary>
    public ReadOnlySpan<byte> Now
    {
        get
        {
            var now = time.GetUtcNow();
            var second = now.Ticks / TimeSpan.TicksPerSecond;
            var current = Volatile.Read(ref _current);
            if (current.Second != second)
            {
                current = new Formatted(second, Encoding.ASCII.GetBytes(now.UtcDateTime.ToString("R", CultureInfo.InvariantCulture)));
                Volatile.Write(ref _current, current);
            }

            return current.Text;
        }
    }

    private sealed record Formatted(long Second, byte[] Text);
}
