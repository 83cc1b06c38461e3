using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Holdfast.Control.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Control.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Start_First_GivesATokenOnceAndPrivateFiles()
    {
        using var data = new TemporaryDirectory();
        string token;
        await using (var control = await TestControl.StartAsync(data.Path, token: null))
        {
            token = control.Host.FirstAdminToken!;
            Assert.Matches("^hf_[A-Za-z0-9_-]{40}$", token);
            Assert.Equal(HttpStatusCode.OK, await VerifyAsync(control.Host.Url, token));
            foreach (var file in Directory.GetFiles(data.Path, "*", SearchOption.AllDirectories))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }

            Assert.True(File.Exists(Path.Combine(data.Path, "keys", "signing.pem")));
        }

        await using var second = await TestControl.StartAsync(data.Path, token: null);
        Assert.Null(second.Host.FirstAdminToken);
        Assert.Equal(HttpStatusCode.OK, await VerifyAsync(second.Host.Url, token));
    }

    [Fact]
    public async Task Start_WithAnotherToken_AddsIt()
    {
        using var data = new TemporaryDirectory();
        await using (var first = await TestControl.StartAsync(data.Path, token: "the-first-operators-token"))
        {
            Assert.Equal("the-first-operators-token", first.Host.FirstAdminToken);
        }

        await using var second = await TestControl.StartAsync(data.Path, token: "the-second-operators-token");
        Assert.Null(second.Host.FirstAdminToken);
        Assert.Equal(HttpStatusCode.OK, await VerifyAsync(second.Host.Url, "the-first-operators-token"));
        Assert.Equal(HttpStatusCode.OK, await VerifyAsync(second.Host.Url, "the-second-operators-token"));
        Assert.Equal(HttpStatusCode.Unauthorized, await VerifyAsync(second.Host.Url, "the-third-operators-token"));
    }

    [Theory]
    [InlineData("too-short")]
    [InlineData("has a blank in the middle of it")]
    public void Build_BadToken_SaysWhatATokenIs(string token)
    {
        var options = new ControlOptions
        {
            DataDirectory = "unused",
            AdminToken = token,
            LoggerFactory = NullLoggerFactory.Instance,
        };
        Assert.Contains(
            "20 to 200 visible ASCII",
            Assert.Throws<ArgumentException>(() => ControlHost.Build(options)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(null, "/client/v4/zones", HttpStatusCode.Unauthorized)]
    [InlineData("not-a-token-of-this-place", "/client/v4/zones", HttpStatusCode.Forbidden)]
    [InlineData(null, "/client/v4/nothing", HttpStatusCode.Unauthorized)]
    [InlineData(null, "/holdfast/v1/nodes", HttpStatusCode.Unauthorized)]
    [InlineData(null, "/healthz", HttpStatusCode.OK)]
    public async Task Request_WithoutAGoodToken_IsRefused(string? token, string path, HttpStatusCode expected)
    {
        await using var control = await TestControl.StartAsync();
        using var client = new HttpClient { BaseAddress = control.Host.Url };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Start_OnAnInheritedSocket_ListensThere()
    {
        using var data = new TemporaryDirectory();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(128);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var control = ControlHost.Build(
            new ControlOptions
            {
                DataDirectory = data.Path,
                ListenHandle = (int)socket.SafeHandle.DangerousGetHandle(),
                LoggerFactory = NullLoggerFactory.Instance,
            }
        );
        await control.StartAsync(TestContext.Current.CancellationToken);
        socket.SafeHandle.SetHandleAsInvalid();

        Assert.Equal(port, control.Url.Port);
        using var client = new HttpClient { BaseAddress = control.Url };
        Assert.Equal("ok\n", await client.GetStringAsync("/healthz", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    public async Task Start_DamagedDatabase_NamesTheFile(int at)
    {
        using var data = new TemporaryDirectory();
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            for (var i = 0; i < 20; i++)
            {
                await control.AddZoneAsync($"z{i}.example");
            }
        }

        var file = Path.Combine(data.Path, "control", "control.db");
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes.AsSpan(at, Math.Min(8_000, bytes.Length - at)).Fill(0xAA);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<ControlDatabaseException>(() => TestControl.StartAsync(data.Path));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FirstOnAPortInUse_StillShowsTheTokenNextTime()
    {
        using var data = new TemporaryDirectory();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await Assert.ThrowsAsync<IOException>(() => TestControl.StartAsync(data.Path, port, token: null));
        await using var control = await TestControl.StartAsync(data.Path, token: null);
        Assert.NotNull(control.Host.FirstAdminToken);
    }

    [Fact]
    public async Task Start_SecondControlOnTheSameData_IsRefused()
    {
        await using var control = await TestControl.StartAsync();
        var error = await Assert.ThrowsAsync<ControlDatabaseException>(() => TestControl.StartAsync(control.Data));
        Assert.Contains("another control", error.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> VerifyAsync(Uri url, string token)
    {
        using var client = new HttpClient { BaseAddress = url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.GetAsync("/client/v4/user/tokens/verify", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
