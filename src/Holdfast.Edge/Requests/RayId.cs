using System.Buffers.Text;
using System.Globalization;

namespace Holdfast.Edge.Requests;

/// <summary>Names one request from its first byte to its log line and error page: 64 random bits, written as 16 hexadecimal digits.</summary>
internal readonly record struct RayId(ulong Value)
{
    /// <summary>Length of the written form in bytes.</summary>
    public const int Length = 16;

    /// <summary>A new one.</summary>
    public static RayId Next(Random random) => new((ulong)random.NextInt64(long.MinValue, long.MaxValue));

    /// <summary>Reads the written form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out RayId ray)
    {
        var isRay = Utf8Parser.TryParse(text, out ulong value, out var digits, 'x') && digits == text.Length && digits == Length;
        ray = new RayId(value);
        return isRay;
    }

    /// <summary>Writes the 16 digits.</summary>
    public void Format(Span<byte> into)
    {
        Utf8Formatter.TryFormat(Value, into, out _, new System.Buffers.StandardFormat('x', Length));
    }

    /// <summary>The 16 digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
