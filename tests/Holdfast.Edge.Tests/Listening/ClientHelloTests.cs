using CsCheck;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Hello;

namespace Holdfast.Edge.Tests.Listening;

public class ClientHelloTests
{
    // FoxIO's own example (JA4.md): a Chrome with GREASE at the start of each list.
    private static readonly HelloBuilder Chrome = new()
    {
        Ciphers =
        [
            0x2A2A,
            0x1301,
            0x1302,
            0x1303,
            0xC02B,
            0xC02F,
            0xC02C,
            0xC030,
            0xCCA9,
            0xCCA8,
            0xC013,
            0xC014,
            0x009C,
            0x009D,
            0x002F,
            0x0035,
        ],
        Extensions =
        [
            (0x4A4A, []),
            (0x001B, [2, 0, 2]),
            (0x0000, HelloBuilder.ServerName("example.com")),
            (0x0033, [0, 0]),
            (0x0010, HelloBuilder.Alpn("h2", "http/1.1")),
            (0x4469, []),
            (0x0017, []),
            (0x002D, [1, 1]),
            (0x000D, HelloBuilder.Pairs16(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)),
            (0x0005, [1, 0, 0, 0, 0]),
            (0x0023, []),
            (0x0012, []),
            (0x002B, HelloBuilder.Versions(0x6A6A, 0x0304, 0x0303)),
            (0xFF01, [0]),
            (0x000B, [1, 0]),
            (0x000A, HelloBuilder.Pairs16(0x1A1A, 29, 23, 24)),
            (0x0015, new byte[100]),
        ],
    };

    [Fact]
    public void Ja4_FoxIosExample_IsTheirFingerprint() => Assert.Equal("t13d1516h2_8daaf6152771_e5627efa2ab1", Summary(Chrome).Ja4);

    [Fact]
    public void Ja4_FoxIosExampleWithoutSignatureAlgorithms_IsTheirHash()
    {
        var without = new HelloBuilder
        {
            Ciphers = Chrome.Ciphers,
            // Their list keeps 000d, so here it holds no algorithm.
            Extensions = [.. Chrome.Extensions.Select(e => e.Type == 0x000D ? (e.Type, HelloBuilder.Pairs16()) : e)],
        };

        Assert.Equal("t13d1516h2_8daaf6152771_6d807ffa2a79", Summary(without).Ja4);
    }

    [Fact]
    public void Ja4_NothingOffered_HasZeros()
    {
        Assert.Equal("t12i000000_000000000000_000000000000", Summary(new HelloBuilder { Ciphers = [], WithoutExtensions = true }).Ja4);
        Assert.Equal("t12i000000_000000000000_000000000000", Summary(new HelloBuilder { Ciphers = [0x0A0A], Extensions = [] }).Ja4);
    }

    [Fact]
    public void Ja4_OnlyServerNameAndAlpn_CountsThemAndHashesNone()
    {
        var hello = new HelloBuilder { Extensions = [(0, HelloBuilder.ServerName("example.com")), (0x10, HelloBuilder.Alpn("http/1.1"))] };

        Assert.StartsWith("t12d0202h1_", Summary(hello).Ja4);
        Assert.EndsWith("_000000000000", Summary(hello).Ja4);
    }

    [Theory]
    [InlineData(0x0304, "13")]
    [InlineData(0x0302, "11")]
    [InlineData(0x0301, "10")]
    [InlineData(0x0300, "s3")]
    [InlineData(0x7F1C, "00")]
    public void Ja4_Version_IsTheHighestSupported(int version, string shown)
    {
        var hello = new HelloBuilder { Extensions = [(0x2B, HelloBuilder.Versions(0xFAFA, 0x0300, (ushort)version))] };

        Assert.Equal(shown, Summary(hello).Ja4[1..3]);
    }

    [Theory]
    [InlineData(new byte[] { 0xAB }, "ab")]
    [InlineData(new byte[] { 0xAB, 0xCD }, "ad")]
    [InlineData(new byte[] { 0x30, 0xAB }, "3b")]
    [InlineData(new byte[] { 0x30, 0x31, 0xAB, 0xCD }, "3d")]
    [InlineData(new byte[] { 0x30, 0xAB, 0xCD, 0x31 }, "01")]
    [InlineData(new byte[] { 0x78 }, "xx")]
    [InlineData(new byte[0], "00")]
    public void Ja4_FirstProtocol_IsShownAsFoxIoHasIt(byte[] protocol, string shown)
    {
        var hello = new HelloBuilder { Extensions = [(0x10, HelloBuilder.Alpn(protocol, "h2"u8.ToArray()))] };

        Assert.Equal(shown, Summary(hello).Ja4[8..10]);
    }

    [Fact]
    public void Ja4_MoreThan99Ciphers_Says99()
    {
        var hello = new HelloBuilder { Ciphers = [.. Enumerable.Range(1, 120).Select(i => (ushort)i)] };

        Assert.Equal("99", Summary(hello).Ja4[4..6]);
    }

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("WWW.Example.COM.", "www.example.com")]
    [InlineData("exa mple.com", null)]
    [InlineData("-.com", null)]
    [InlineData("", null)]
    public void ServerName_Any_IsAHostNameInLowerCaseOrNothing(string sent, string? found)
    {
        var hello = new HelloBuilder { Extensions = [(0, HelloBuilder.ServerName(sent))] };

        Assert.Equal(found, Summary(hello).Sni);
    }

    [Theory]
    [InlineData(new[] { 0x1301 }, new[] { 0x0403, 0x0804 }, (int)(KeyTypes.EcdsaP256 | KeyTypes.Rsa))]
    [InlineData(new[] { 0x1301 }, new[] { 0x0804 }, (int)KeyTypes.Rsa)]
    [InlineData(new[] { 0xC02F }, new[] { 0x0403, 0x0401 }, (int)KeyTypes.Rsa)] // ECDSA signatures, but no cipher for them
    [InlineData(new[] { 0xC02B, 0xC02F }, new[] { 0x0503, 0x0603 }, (int)(KeyTypes.EcdsaP384 | KeyTypes.EcdsaP521))]
    [InlineData(new[] { 0xC02B }, new int[0], (int)KeyTypes.Rsa)]
    public void KeyTypes_Offered_AreWhatCiphersAndSignaturesAllow(int[] ciphers, int[] algorithms, int expected)
    {
        var hello = new HelloBuilder
        {
            Ciphers = [.. ciphers.Select(c => (ushort)c)],
            Extensions = [(0x0D, HelloBuilder.Pairs16([.. algorithms.Select(a => (ushort)a)]))],
        };

        Assert.Equal((KeyTypes)expected, Summary(hello).Keys);
    }

    [Fact]
    public void EveryTruncation_OfAHello_IsRefused()
    {
        var body = Chrome.Body();
        for (var length = 0; length < body.Length; length++)
        {
            // A hello may end before its extensions, and nowhere else.
            var isWithoutExtensions = length == 2 + 32 + 1 + 2 + (2 * Chrome.Ciphers.Length) + 2;
            Assert.Equal(isWithoutExtensions, ClientHello.TryParse(body.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void TrailingBytes_AfterAHello_AreRefused() => Assert.False(ClientHello.TryParse([.. Chrome.Body(), 0], out _));

    [Theory]
    [InlineData(0x00, new byte[] { 0, 5, 0, 0, 1, 65 })]
    [InlineData(0x00, new byte[] { 0, 4, 0, 0, 2, 65 })]
    [InlineData(0x0D, new byte[] { 0, 3, 4, 3, 4 })]
    [InlineData(0x10, new byte[] { 0, 3, 5, 65, 65 })]
    [InlineData(0x2B, new byte[] { 3, 3, 4, 3 })]
    [InlineData(0x2B, new byte[0])]
    public void BrokenExtension_Any_IsRefused(int type, byte[] data) =>
        Assert.False(ClientHello.TryParse(new HelloBuilder { Extensions = [((ushort)type, data)] }.Body(), out _));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(16384)]
    public void Records_OfAnySize_AreJoined(int most)
    {
        var bytes = Chrome.Record(most);

        Assert.Equal(HelloStatus.Complete, HelloRecords.TryFind(bytes, new byte[bytes.Length], out var body, out _));
        Assert.Equal(Chrome.Body(), body.ToArray());
    }

    [Fact]
    public void EveryPrefix_OfRecords_IsIncompleteAndSaysWhenToAskAgain()
    {
        var bytes = Chrome.Record(100);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(HelloStatus.Incomplete, HelloRecords.TryFind(bytes.AsSpan(0, length), new byte[length], out _, out var needed));
            Assert.InRange(needed, length + 1, bytes.Length);
        }
    }

    [Fact]
    public void RandomChanges_OfAHello_NeverThrow() =>
        Gen.Select(Gen.Int[0, Chrome.Body().Length - 1], Gen.Byte, Gen.Int[0, 4], Gen.Int[0, 50])
            .Sample(
                (at, value, more, cut) =>
                {
                    var body = Chrome.Body();
                    body[at] = value;
                    body[(at + (37 * more)) % body.Length] ^= value;
                    if (ClientHello.TryParse(body.AsSpan(0, body.Length - cut), out var hello))
                    {
                        return HelloSummary.Of(hello).Ja4.Length == Ja4.Length;
                    }

                    return true;
                },
                iter: 20_000
            );

    [Fact]
    public void RandomBytes_AsRecords_NeverThrow() =>
        Gen.Select(Gen.Int[0, Starts.Length - 1], Gen.Byte.Array[0, 400])
            .Sample(
                (start, rest) =>
                {
                    byte[] all = [.. Starts[start], .. rest];
                    var status = HelloRecords.TryFind(all, new byte[all.Length], out var body, out var needed);
                    if (status == HelloStatus.Complete && ClientHello.TryParse(body, out var hello))
                    {
                        HelloSummary.Of(hello);
                    }

                    return status != HelloStatus.Incomplete || (needed > all.Length && needed <= HelloRecords.MaxBytes);
                },
                iter: 20_000
            );

    private static readonly byte[][] Starts =
    [
        [],
        [22],
        [22, 3, 1],
        [22, 3, 1, 0],
        [22, 3, 1, 0, 40, 1, 0, 0],
    ];

    private static HelloSummary Summary(HelloBuilder builder)
    {
        Assert.True(ClientHello.TryParse(builder.Body(), out var hello));
        return HelloSummary.Of(hello);
    }
}
