using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>
/// A real nginx on a free port. One process, so that there is one to end, and no change of user, so that it may read the test's files.
/// </summary>
internal sealed class NginxOrigin : IAsyncDisposable
{
    private const int Attempts = 5;

    private readonly TemporaryDirectory files;
    private readonly Process process;
    private readonly StringBuilder error = new();
    private readonly Task reading;

    private NginxOrigin(TemporaryDirectory files, Process process, IPEndPoint at)
    {
        this.files = files;
        this.process = process;
        At = at;
        reading = ReadErrorAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint At { get; }

    /// <summary>The port of it.</summary>
    public int Port => At.Port;

    /// <summary>The origin's URL without TLS.</summary>
    public string Url => $"http://{At}";

    /// <summary>Its document root.</summary>
    public string this[string file] => files[file];

    /// <summary>What its log says: a line <c>$request</c> for each request.</summary>
    public string[] Requests => File.Exists(files["access.log"]) ? File.ReadAllLines(files["access.log"]) : [];

    /// <summary>Starts one.</summary>
    /// <param name="server">What stands in <c>server { }</c>, beside listen and root.</param>
    /// <param name="certificate">With it the port speaks TLS.</param>
    /// <param name="at">Where it listens; without it, on a free port of 127.0.0.1.</param>
    public static async Task<NginxOrigin> StartAsync(
        string server,
        (string Certificate, string Key)? certificate = null,
        IPEndPoint? at = null
    )
    {
        var program = Tool.Need("nginx");
        for (var attempt = 1; ; attempt++)
        {
            var origin = Start(program, server, certificate, at ?? new IPEndPoint(IPAddress.Loopback, FreePort.Find()));
            if (await origin.IsUpAsync())
            {
                return origin;
            }

            var said = origin.error.ToString();
            await origin.DisposeAsync();
            if (attempt == Attempts || !said.Contains("Address already in use", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"nginx did not start:\n{said}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        files.Dispose();
    }

    private static NginxOrigin Start(string program, string server, (string Certificate, string Key)? certificate, IPEndPoint at)
    {
        var files = new TemporaryDirectory();
        var tls = "";
        if (certificate is { } pair)
        {
            File.WriteAllText(files["server.pem"], pair.Certificate);
            File.WriteAllText(files["server.key"], pair.Key);
            tls = $"ssl_certificate {files["server.pem"]}; ssl_certificate_key {files["server.key"]};";
        }

        File.WriteAllText(
            files["nginx.conf"],
            $$"""
            daemon off;
            master_process off;
            pid {{files["nginx.pid"]}};
            error_log stderr;
            events { worker_connections 512; }
            http {
                client_body_temp_path {{files["body"]}};
                proxy_temp_path {{files["proxy"]}};
                fastcgi_temp_path {{files["fastcgi"]}};
                uwsgi_temp_path {{files["uwsgi"]}};
                scgi_temp_path {{files["scgi"]}};
                log_format request '$request';
                access_log {{files["access.log"]}} request;
                client_max_body_size 0;
                large_client_header_buffers 8 64k;
                default_type text/plain;
                server {
                    listen {{at}}{{(certificate is null ? "" : " ssl")}};
                    {{tls}}
                    root {{files.Path}};
                    {{server}}
                }
            }
            """
        );
        var start = new ProcessStartInfo(program, ["-e", "stderr", "-c", files["nginx.conf"], "-p", files.Path])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return new NginxOrigin(files, Process.Start(start)!, at);
    }

    private async Task<bool> IsUpAsync()
    {
        var isUp = false;
        await Eventually.TrueAsync(
            async () =>
            {
                isUp = await FreePort.AnswersAsync(At);
                return isUp || process.HasExited;
            },
            "nginx listening"
        );

        // Another program may have taken the port, and answer there.
        return isUp && !process.HasExited && File.Exists(files["nginx.pid"]);
    }

    private async Task ReadErrorAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            error.AppendLine(line);
        }
    }
}

/// <summary>TCP ports of 127.0.0.1.</summary>
internal static class FreePort
{
    /// <summary>One that nobody listens on now.</summary>
    public static int Find()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Whether somebody accepts connections there.</summary>
    public static Task<bool> AnswersAsync(int port) => AnswersAsync(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>Whether somebody accepts connections there.</summary>
    public static async Task<bool> AnswersAsync(IPEndPoint at)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(at);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
