using CsCheck;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Tests.Ranges;

public class PartialBodyTests
{
    private const int Complete = 300;

    private static readonly byte[] Whole = [.. Enumerable.Range(0, Complete).Select(i => (byte)(i * 7))];

    [Fact]
    public void Parts_InAnyOrderAndOverlapping_HoldWhatTheModelHolds() =>
        Gen.Select(Gen.Int[0, Complete - 1], Gen.Int[1, 60])
            .Select((start, length) => (Start: start, Length: Math.Min(length, Complete - start)))
            .Array[1, 30]
            .Sample(
                parts =>
                {
                    var held = new bool[Complete];
                    PartialBody? body = null;
                    foreach (var (start, length) in parts)
                    {
                        var part = Part(start, length);
                        body = body is null ? part : body.With(part)!;
                        held.AsSpan(start, length).Fill(true);
                    }

                    Assert.Equal(held.Count(h => h), body!.Held);
                    Assert.Equal(held.All(h => h), body.IsComplete);
                    for (var offset = 0; offset < Complete; offset++)
                    {
                        var piece = body.At(offset).Span;
                        Assert.Equal(held[offset], piece.Length > 0);
                        Assert.True(piece.SequenceEqual(Whole.AsSpan(offset, piece.Length)));
                        Assert.Equal(held.AsSpan(offset, Complete - offset).IndexOf(false) is < 0 or >= 20, Covers20(body, offset));
                    }

                    if (body.IsComplete)
                    {
                        var whole = new byte[Complete];
                        body.ToWhole().CopyTo(whole);
                        Assert.Equal(Whole, whole);
                    }
                },
                iter: 300
            );

    [Fact]
    public void Pieces_AreBounded()
    {
        var body = PartialBody.Of(10_000, 0, Bytes(0, 1));
        for (var i = 1; i < PartialBody.MostPieces; i++)
        {
            body = body.With(PartialBody.Of(10_000, i * 2, Bytes(0, 1)));
            Assert.NotNull(body);
        }

        Assert.Null(body.With(PartialBody.Of(10_000, 9_000, Bytes(0, 1))));
    }

    [Fact]
    public void BytesThatTwoPiecesAreCutFrom_CostOnce()
    {
        var middle = PartialBody.Of(Complete, 100, Bytes(100, 10));
        var around = PartialBody.Of(Complete, 0, Bytes(0, 250));
        Assert.InRange(middle.With(around)!.Cost, middle.Cost + around.Cost - 100, middle.Cost + around.Cost + 100);
    }

    private static bool Covers20(PartialBody body, int offset) => body.Covers(new ByteRange(offset, Math.Min(20, Complete - offset)));

    private static PartialBody Part(int start, int length) => PartialBody.Of(Complete, start, Bytes(start, length));

    private static StoredBody Bytes(int start, int length)
    {
        var body = new StoredBody();
        body.Append(Whole.AsSpan(start, length), length);
        return body;
    }
}
