using System.Text;

namespace Holdfast.Cli.Logs;

/// <summary>Cuts bytes into lines; what comes after the last line feed stays until its line feed has come.</summary>
internal sealed class LineBuffer
{
    /// <summary>Longest line kept, in bytes; the rest of a longer one is dropped. An access log record is about 1 KB.</summary>
    private const int MaxLine = 1024 * 1024;

    private readonly MemoryStream partial = new();

    /// <summary>Takes bytes and gives the lines that they complete, without their line feeds; empty lines are left out.</summary>
    public IEnumerable<string> Add(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Keep(bytes[..end]);
            bytes = bytes[(end + 1)..];
            var line = Encoding.UTF8.GetString(partial.GetBuffer(), 0, (int)partial.Length).TrimEnd('\r');
            partial.SetLength(0);
            if (line.Length > 0)
            {
                yield return line;
            }
        }

        Keep(bytes);
    }

    private void Keep(ReadOnlyMemory<byte> bytes) => partial.Write(bytes.Span[..(int)Math.Min(bytes.Length, MaxLine - partial.Length)]);
}
