using System.Security.Cryptography;
using Holdfast.Edge.BreakGlass;
using Holdfast.Releases.Keys;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Hosting;

/// <summary>Where an edge keeps what is its own on the disk, and what is derived from the keys that it shares with its installation.</summary>
internal sealed partial class EdgeHome : IDisposable
{
    private readonly EdgeOptions _options;

    /// <summary>Where the edge of these options lives.</summary>
    /// <exception cref="KeyFileException">The secret key is unusable; the message says which file and why.</exception>
    public EdgeHome(EdgeOptions options)
    {
        _options = options;
        Data = Path.GetFullPath(options.DataDirectory);
        Own = Path.Combine(Data, "edges", options.Name);
        Keys = new KeyDirectory(Data);
        Secrets = SecretBox.LoadOrCreate(Keys.SecretKeyFile);
    }

    /// <summary>The data directory, shared with all roles of this machine.</summary>
    public string Data { get; }

    /// <summary>The folder of this edge alone.</summary>
    public string Own { get; }

    /// <summary>The installation's keys.</summary>
    public KeyDirectory Keys { get; }

    /// <summary>Opens what is kept encrypted.</summary>
    public SecretBox Secrets { get; }

    /// <summary>A file or folder of this edge alone.</summary>
    public string Of(string name) => Path.Combine(Own, name);

    /// <summary>
    /// Names the installation to other installations: stable over restarts and new signing keys, the same on all edges, and says nothing
    /// about it.
    /// </summary>
    public string Installation => Convert.ToHexStringLower(Derived("holdfast-installation"u8))[..12];

    /// <summary>What edges know one another by.</summary>
    public byte[] TierKey => Derived("holdfast-tiers"u8);

    /// <summary>What keys of stored responses are hashed with: nobody outside can choose keys that collide.</summary>
    public ulong CacheSeed => BitConverter.ToUInt64(Derived("holdfast-cache"u8));

    /// <summary>What commands on this machine show; null, with a line in the log, where it cannot be kept. The edge serves all the same.</summary>
    public LocalCredential? Credential()
    {
        try
        {
            return LocalCredential.LoadOrCreate(Own, _options.Name);
        }
        catch (KeyFileException e)
        {
            LogNoOrders(_options.Loggers.CreateLogger<EdgeHost>(), e.Message);
            return null;
        }
    }

    /// <summary>Writes down where the management listener is, for commands on this machine.</summary>
    public void TellAddress(string management)
    {
        if (NodeAddress.Write(Own, management) is { } problem)
        {
            LogNoOrders(_options.Loggers.CreateLogger<EdgeHost>(), problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Secrets.Dispose();

    private byte[] Derived(ReadOnlySpan<byte> purpose) => HMACSHA256.HashData(KeyFile.Read(Keys.SecretKeyFile), purpose);

    [LoggerMessage(EventId = 1134, Level = LogLevel.Error, Message = "'holdfast node' cannot be used on this machine: {Problem}")]
    private static partial void LogNoOrders(ILogger logger, string problem);
}
