using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Listening;

namespace Holdfast.Edge.Tests.Wire;

/// <summary>A connection over HTTP/2 to a whole edge, and what the access log says of it.</summary>
internal static class Http2Visit
{
    /// <summary>Connects, without a frame sent.</summary>
    /// <returns>The connection, and by what the log's records of it are found.</returns>
    public static async Task<(SslStream Stream, VisitorPort Port)> ConnectTlsAsync(EdgeUnderTest edge)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var before = File.Exists(edge.LogFile) ? new FileInfo(edge.LogFile).Length : 0;
        await socket.ConnectAsync(edge.Https, TestContext.Current.CancellationToken);
        var port = new VisitorPort(((IPEndPoint)socket.LocalEndPoint!).Port, before);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "h2.example", ApplicationProtocols = [SslApplicationProtocol.Http2] },
            TestContext.Current.CancellationToken
        );
        return (tls, port);
    }

    /// <summary>Connects, ready to send frames.</summary>
    public static async Task<(Http2Client Client, VisitorPort Port)> ConnectAsync(EdgeUnderTest edge)
    {
        var (stream, port) = await ConnectTlsAsync(edge);
        return (Http2Client.Over(stream), port);
    }

    /// <summary>The log's records of a connection, once there are at least this many.</summary>
    public static async Task<IReadOnlyList<JsonElement>> RecordsAsync(EdgeUnderTest edge, VisitorPort port, int atLeast)
    {
        List<JsonElement> records = [];
        await EdgeUnderTest.UntilAsync(() =>
        {
            if (!File.Exists(edge.LogFile))
            {
                return false;
            }

            using var file = new FileStream(edge.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = port.LogLength;
            using var reader = new StreamReader(file);
            records =
            [
                // What is behind the last line break is being written.
                .. reader
                    .ReadToEnd()
                    .Split('\n')[..^1]
                    .Where(l => l.Contains($"\"ClientSrcPort\":{port.Number},", StringComparison.Ordinal))
                    .Select(l => JsonDocument.Parse(l).RootElement),
            ];
            return records.Count >= atLeast;
        });
        return records;
    }

    /// <summary>A text of a record; empty when it has none of that name.</summary>
    public static string Text(JsonElement record, string name) => record.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}

/// <summary>What tells a connection's records in the log from others'.</summary>
/// <param name="Number">Its port here. One before may have had the same.</param>
/// <param name="LogLength">How long the log was before it was made, in bytes.</param>
internal readonly record struct VisitorPort(int Number, long LogLength);
