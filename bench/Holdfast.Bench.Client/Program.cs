using System.Globalization;
using System.Net;
using Holdfast.Bench.Client;

// bench-client idle PORT plain|tls CONNECTIONS
if (
    args is not ["idle", var portText, "plain" or "tls", var countText]
    || !int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
    || !int.TryParse(countText, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
    || port is < 1 or > IPEndPoint.MaxPort
    || count < 1
)
{
    await Console.Error.WriteLineAsync("usage: Holdfast.Bench.Client idle PORT plain|tls CONNECTIONS");
    return 2;
}

await using var connections = new IdleConnections(new IPEndPoint(IPAddress.Loopback, port), tls: args[2] == "tls");
await connections.OpenAsync(count);
Console.WriteLine("idle");

// They stay open for as long as the caller keeps our standard input open.
await Console.In.ReadToEndAsync();
return 0;
