using System.Text;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Tests.Corpus;

/// <summary>One chunked body and how it is read.</summary>
/// <param name="Name">What the case is about.</param>
/// <param name="Text">The bytes, as Latin-1 text.</param>
/// <param name="Reading">What came of it, in the form of <see cref="ChunkedReading.Describe(int)"/>.</param>
/// <param name="Why">The reason, with its source.</param>
internal sealed record ChunkedCase(string Name, string Text, string Reading, string Why)
{
    public byte[] Bytes => Encoding.Latin1.GetBytes(Text);

    public MessageLimits Limits { get; init; } = MessageLimits.ForVisitors;
}

/// <summary>What a decoder made of a body.</summary>
internal sealed record ChunkedReading(ChunkStep Last, MessageFault Fault, string Content, string Trailers, int Consumed)
{
    /// <summary>Feeds a body in pieces of these lengths, the last one over and over; 0 is an empty piece.</summary>
    public static ChunkedReading Of(ReadOnlySpan<byte> body, MessageLimits limits, params ReadOnlySpan<int> cuts)
    {
        var decoder = new ChunkedDecoder();
        decoder.Reset(limits);
        var content = new StringBuilder();
        var start = 0;
        for (var i = 0; start < body.Length; i++)
        {
            var length = cuts.IsEmpty ? body.Length : Math.Max(i < cuts.Length ? 0 : 1, cuts[Math.Min(i, cuts.Length - 1)]);
            var piece = body.Slice(start, Math.Min(length, body.Length - start));
            while (true)
            {
                var step = decoder.Read(piece, out var consumed, out var dataLength, out var fault);
                start += consumed;
                if (step == ChunkStep.Data)
                {
                    content.Append(Encoding.Latin1.GetString(piece.Slice(consumed - dataLength, dataLength)));
                    piece = piece[consumed..];
                    continue;
                }

                if (step != ChunkStep.NeedsMore)
                {
                    return new ChunkedReading(step, fault, content.ToString(), Describe(decoder.Trailers), start);
                }

                break;
            }
        }

        return new ChunkedReading(ChunkStep.NeedsMore, MessageFault.None, content.ToString(), "", start);
    }

    /// <summary>In one line: <c>End hello [A=b] rest=3</c>, <c>Refused BadChunkSize</c>, <c>NeedsMore hel</c>.</summary>
    public string Describe(int bodyLength) =>
        Last switch
        {
            ChunkStep.End => $"End {Content}{Trailers}" + (Consumed == bodyLength ? "" : $" rest={bodyLength - Consumed}"),
            ChunkStep.Refused => $"Refused {Fault}",
            _ => $"{Last} {Content}",
        };

    /// <summary>Trailer fields in one line, with a space before; empty for none.</summary>
    public static string Describe(HeaderBlock? trailers)
    {
        if (trailers is null)
        {
            return "";
        }

        var fields = Enumerable
            .Range(0, trailers.Count)
            .Select(i => Encoding.Latin1.GetString(trailers.NameAt(i)) + "=" + Encoding.Latin1.GetString(trailers.ValueAt(i)));
        return $" [{string.Join('|', fields)}]";
    }
}
