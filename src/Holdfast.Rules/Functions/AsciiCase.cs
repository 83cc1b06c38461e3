using System.Buffers;
using System.Text;

namespace Holdfast.Rules.Functions;

/// <summary>Changes the case of ASCII letters in bytes; all other bytes stay.</summary>
internal static class AsciiCase
{
    /// <summary>Writes the bytes in lower case, to other memory.</summary>
    public static void Lower(ReadOnlySpan<byte> input, Span<byte> output)
    {
        while (Ascii.ToLower(input, output, out var written) != OperationStatus.Done)
        {
            // It stops at the first byte that is not ASCII.
            output[written] = input[written];
            input = input[(written + 1)..];
            output = output[(written + 1)..];
        }
    }

    /// <summary>The bytes in lower case.</summary>
    public static byte[] Lower(ReadOnlySpan<byte> input)
    {
        var output = new byte[input.Length];
        Lower(input, output);
        return output;
    }

    /// <summary>A byte in lower case.</summary>
    public static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;

    /// <summary>Writes the bytes in upper case, to other memory.</summary>
    public static void Upper(ReadOnlySpan<byte> input, Span<byte> output)
    {
        while (Ascii.ToUpper(input, output, out var written) != OperationStatus.Done)
        {
            output[written] = input[written];
            input = input[(written + 1)..];
            output = output[(written + 1)..];
        }
    }
}
