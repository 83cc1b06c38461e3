using Holdfast.Edge.Releases.Tasting;

namespace Holdfast.Edge.Tests.Releases;

public sealed class TasterFrameTests
{
    [Fact]
    public async Task Frames_Written_AreReadAgainByBothReaders()
    {
        using var stream = new MemoryStream();
        await TasterFrame.WriteAsync(stream, TasterFrameType.Candidate, new byte[] { 1, 2, 3 }, default);
        await TasterFrame.WriteAsync(stream, TasterFrameType.End, default, default);
        stream.Position = 0;
        var first = TasterFrame.Read(stream, 3);
        Assert.Equal(TasterFrameType.Candidate, first!.Value.Type);
        Assert.Equal([1, 2, 3], first.Value.Content.ToArray());
        var second = await TasterFrame.ReadAsync(stream, 0, default);
        Assert.Equal((TasterFrameType.End, 0), (second!.Value.Type, second.Value.Content.Length));
        Assert.Null(TasterFrame.Read(stream, 3));
    }

    [Theory]
    [InlineData(new byte[] { 5, 0, 0, 0, 1, 1, 2, 3, 4 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 128, 1 })]
    public async Task Frame_OfALengthThatIsNotAllowed_IsRefusedBeforeItIsRead(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        Assert.Throws<InvalidDataException>(() => TasterFrame.Read(stream, 3));
        stream.Position = 0;
        await Assert.ThrowsAsync<InvalidDataException>(async () => await TasterFrame.ReadAsync(stream, 3, default));
    }

    [Theory]
    [InlineData(new byte[] { 4, 0, 0 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 1, 2 })]
    public async Task Frame_CutOff_IsTheEndOfTheStream(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        Assert.Throws<EndOfStreamException>(() => TasterFrame.Read(stream, 3));
        stream.Position = 0;
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await TasterFrame.ReadAsync(stream, 3, default));
    }
}
