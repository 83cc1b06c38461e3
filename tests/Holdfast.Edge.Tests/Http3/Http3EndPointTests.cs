using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Holdfast.Edge.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Http3;

public class Http3EndPointTests
{
    private static readonly EdgeSocket Known = new(null, IPEndPoint.Parse("192.0.2.1:443"));

    [Fact]
    public void EndPoints_ListenersWhosePortIsKnown_AreTheirs()
    {
        using var inherited = new Socket(SocketType.Stream, ProtocolType.Tcp);
        inherited.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var handle = new EdgeSocket((int)inherited.SafeHandle.DangerousGetHandle(), null);
        var anyPort = new EdgeSocket(null, IPEndPoint.Parse("192.0.2.1:0"));

        Assert.Equal([Known.Address!, (IPEndPoint)inherited.LocalEndPoint!], EndPoints(Options(Known, handle, anyPort)));
    }

    [Fact]
    public void EndPoints_ListenerBehindALoadBalancer_HasNone() =>
        Assert.Empty(EndPoints(Options(Known with { ProxyProtocolFrom = [IPNetwork.Parse("192.0.2.0/24")] })));

    [Fact]
    public void EndPoints_SwitchedOffOrNotSupported_AreNone()
    {
        Assert.Empty(EndPoints(Options(Known) with { Http3 = false }));
        Assert.Empty(VisitorListeners.Http3EndPoints(Options(Known), supported: false));
    }

    private static ImmutableArray<IPEndPoint> EndPoints(EdgeOptions options) => VisitorListeners.Http3EndPoints(options, supported: true);

    private static EdgeOptions Options(params EdgeSocket[] https) =>
        new()
        {
            Name = "edge-1",
            DataDirectory = "unused",
            Http = [],
            Https = [.. https],
            Management = new EdgeSocket(null, new IPEndPoint(IPAddress.Loopback, 0)),
            Loggers = NullLoggerFactory.Instance,
        };
}
