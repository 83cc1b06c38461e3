using System.Text;
using CsCheck;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Tests;

public sealed class ReleaseCodecTests
{
    [Fact]
    public void Release_EncodedAndDecoded_IsTheSameAndGenuine()
    {
        using var fixture = new Fixture();
        foreach (var release in new[] { fixture.Zone("a", 1), fixture.Removal("b", 2) })
        {
            Assert.True(ReleaseCodec.TryDecode(ReleaseCodec.Encode(release), out var read, out var error), error);
            Assert.Null(fixture.Verifier.Verify(read));
            Assert.Equal(release.CreatedAt, read.CreatedAt);
            Assert.Equal(release.Payload.ToArray(), read.Payload.ToArray());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    public void Decode_NoRelease_SaysSo(string text)
    {
        Assert.False(ReleaseCodec.TryDecode(Encoding.UTF8.GetBytes(text), out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Decode_UnknownRepeatedOrMissingMember_IsRefused()
    {
        using var fixture = new Fixture();
        var text = Encoding.UTF8.GetString(ReleaseCodec.Encode(fixture.Zone("a", 1)));
        Assert.False(Decodes(text.Replace("{", "{\"more\":1,", StringComparison.Ordinal)));
        Assert.False(Decodes(text.Replace("{", "{\"generation\":9,", StringComparison.Ordinal)));
        Assert.False(Decodes(text.Replace("\"removed\":false,", "", StringComparison.Ordinal)));
        Assert.False(Decodes(text.Replace("\"name\":\"a\"", "\"name\":\"../a\"", StringComparison.Ordinal)));
        Assert.False(Decodes(text.Replace("\"name\":\"a\"", "\"name\":null", StringComparison.Ordinal)));

        static bool Decodes(string text) => ReleaseCodec.TryDecode(Encoding.UTF8.GetBytes(text), out _, out _);
    }

    [Fact]
    public void Decode_MutatedOrCutBytes_NeverThrowsAndIsNeverGenuineButDifferent()
    {
        using var fixture = new Fixture();
        var release = fixture.Zone("a", 1);
        var encoded = ReleaseCodec.Encode(release);
        Gen.Select(Gen.Int[0, encoded.Length - 1], Gen.Byte, Gen.Int[0, encoded.Length])
            .Sample(
                (at, value, length) =>
                {
                    var bytes = encoded.ToArray();
                    bytes[at] = value;
                    if (ReleaseCodec.TryDecode(bytes.AsSpan(0, length), out var read, out _) && fixture.Verifier.Verify(read) is null)
                    {
                        Assert.Equal(release.Payload.ToArray(), read.Payload.ToArray());
                        Assert.Equal(release.Generation, read.Generation);
                    }
                }
            );
    }

    [Fact]
    public void FeedLine_WithAReleaseThatCannotBeRead_IsAProblemAtItsPosition()
    {
        var message = FeedCodec.ReadLine("{\"position\":7,\"release\":{\"kind\":\"zone\"}}"u8);
        Assert.Equal(7, message.Position);
        Assert.Null(message.Release);
        Assert.Contains("position 7", message.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void FeedLine_AnyBytes_ThrowsNothingButFormatException() =>
        Gen
            .Byte.Array[0, 60]
            .Sample(bytes =>
            {
                try
                {
                    FeedCodec.ReadLine(bytes);
                }
                catch (FormatException)
                {
                    // What a feed must not send.
                }
            });
}
