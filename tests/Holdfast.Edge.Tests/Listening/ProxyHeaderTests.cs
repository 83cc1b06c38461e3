using System.Net;
using System.Text;
using CsCheck;
using Holdfast.Edge.Listening.ProxyProtocol;

namespace Holdfast.Edge.Tests.Listening;

public class ProxyHeaderTests
{
    private static readonly string[] Starts = ["", "PROXY ", "PROXY TCP4 ", "PROXY TCP6 ", "\r\n\r\n\0\r\nQUIT\n", "\r\n\r\n\0\r\nQUIT\n!"];

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "192.0.2.1:56324", "198.51.100.7:443")]
    [InlineData("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", "0.0.0.0:0", "255.255.255.255:65535")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:DB8::2 1 2\r\n", "[2001:db8::1]:1", "[2001:db8::2]:2")]
    [InlineData(
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"
    )]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "[::ffff:192.0.2.1]:1", "[::1]:2")]
    [InlineData("PROXY UNKNOWN\r\n", null, null)]
    [InlineData("PROXY UNKNOWN whatever stands here\r\n", null, null)]
    public void V1_WellFormed_IsRead(string text, string? client, string? destination)
    {
        var status = ProxyHeader.TryParse(Encoding.Latin1.GetBytes(text + "GET / HTTP/1.1\r\n"), out var header);

        Assert.Equal(ProxyHeaderStatus.Complete, status);
        Assert.Equal(text.Length, header.Length);
        Assert.Equal(client, header.Client?.ToString());
        Assert.Equal(destination, header.Destination?.ToString());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n")]
    [InlineData("PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1.5 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 0x7f.0.0.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY TCP6 1::2::3 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n")]
    [InlineData("PROXY TCP4\r\n")]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY UNKNOWNX\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n\r\n")]
    public void V1_Malformed_IsRefused(string text) =>
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeader.TryParse(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void V1_LongerThan107Bytes_IsRefused()
    {
        var text = "PROXY UNKNOWN " + new string('x', 91) + "\r\n";

        Assert.Equal(107, text.Length);
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse(Encoding.ASCII.GetBytes(text), out _));
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeader.TryParse(Encoding.ASCII.GetBytes(text.Replace("xx\r", "xxx\r")), out _));
    }

    [Fact]
    public void V2_Tcp4WithTlvs_SkipsThem()
    {
        byte[] header = [.. V2(0x21, 0x11, [192, 0, 2, 1, 198, 51, 100, 7, 0xDC, 0x04, 0x01, 0xBB, 0x04, 0, 1, 42]), 22];

        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse(header, out var parsed));
        Assert.Equal(header.Length - 1, parsed.Length);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 56324), parsed.Client);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("198.51.100.7"), 443), parsed.Destination);
    }

    [Fact]
    public void V2_Tcp6_IsRead()
    {
        byte[] addresses =
        [
            .. IPAddress.Parse("2001:db8::1").GetAddressBytes(),
            .. IPAddress.Parse("2001:db8::2").GetAddressBytes(),
            0,
            1,
            0,
            2,
        ];

        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse(V2(0x21, 0x21, addresses), out var parsed));
        Assert.Equal("[2001:db8::1]:1", parsed.Client!.ToString());
        Assert.Equal("[2001:db8::2]:2", parsed.Destination!.ToString());
    }

    [Theory]
    [InlineData(0x20, 0x00, 0)] // LOCAL
    [InlineData(0x20, 0x11, 12)] // LOCAL, whatever the family says
    [InlineData(0x20, 0x11, 0)]
    [InlineData(0x21, 0x00, 7)] // UNSPEC
    [InlineData(0x21, 0x31, 216)] // UNIX
    public void V2_WithoutAddresses_LeavesThePeer(int command, int family, int length)
    {
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse(V2(command, family, new byte[length]), out var parsed));
        Assert.Equal(16 + length, parsed.Length);
        Assert.Null(parsed.Client);
    }

    [Theory]
    [InlineData(0x11, 0x11, 12)] // version 1 in a version 2 header
    [InlineData(0x22, 0x11, 12)] // unknown command
    [InlineData(0x21, 0x12, 12)] // a datagram
    [InlineData(0x21, 0x13, 12)] // unknown transport
    [InlineData(0x21, 0x41, 12)] // unknown family
    [InlineData(0x21, 0x10, 12)] // a family without a transport
    [InlineData(0x21, 0x01, 12)] // a transport without a family
    [InlineData(0x21, 0x11, 11)] // too short for its addresses
    [InlineData(0x21, 0x21, 35)]
    [InlineData(0x21, 0x31, 215)]
    [InlineData(0x21, 0x11, 4081)] // beyond our bound
    public void V2_Malformed_IsRefused(int command, int family, int length) =>
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeader.TryParse(V2(command, family, new byte[length]), out _));

    [Fact]
    public void EveryPrefix_OfAHeader_IsIncompleteAndNeverLess()
    {
        byte[][] headers =
        [
            V2(0x21, 0x11, new byte[30]),
            V2(0x20, 0x00, []),
            "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n"u8.ToArray(),
        ];
        foreach (var header in headers)
        {
            for (var length = 0; length < header.Length; length++)
            {
                Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.TryParse(header.AsSpan(0, length), out _));
            }

            Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.TryParse(header, out _));
        }
    }

    [Fact]
    public void RandomBytes_AfterAnyStart_NeverThrow() =>
        Gen.Select(Gen.Int[0, Starts.Length - 1], Gen.Byte.Array[0, 300])
            .Sample(
                (start, bytes) =>
                {
                    byte[] all = [.. Encoding.Latin1.GetBytes(Starts[start]), .. bytes];
                    var status = ProxyHeader.TryParse(all, out var header);
                    return status != ProxyHeaderStatus.Complete
                        || header.Length is > 0 and <= ProxyHeader.MaxLength && header.Length <= all.Length;
                },
                iter: 20_000
            );

    [Fact]
    public void RandomCharacters_OfItsOwnAlphabet_NeverThrow() =>
        Gen.Char["0123456789abcf:. \r\n"]
            .Array[0, 60]
            .Sample(text => ProxyHeader.TryParse(Encoding.ASCII.GetBytes("PROXY TCP6 " + new string(text)), out _) >= 0, iter: 20_000);

    internal static byte[] V2(int command, int family, byte[] block) =>
        [.. Signature, (byte)command, (byte)family, (byte)(block.Length >> 8), (byte)block.Length, .. block];
}
