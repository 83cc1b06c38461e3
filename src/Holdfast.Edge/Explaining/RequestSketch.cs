using System.Net;

namespace Holdfast.Edge.Explaining;

/// <summary>A request that rules are to be explained for: what is known of it.</summary>
internal sealed record RequestSketch
{
    /// <summary>Its head as HTTP/1.1 has it, and whatever follows it as its body.</summary>
    public required ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>The visitor's address.</summary>
    public IPAddress Client { get; init; } = IPAddress.Loopback;

    /// <summary>Whether it came by HTTPS.</summary>
    public bool IsHttps { get; init; } = true;

    /// <summary>The visitor's country, two letters; null to look it up.</summary>
    public string? Country { get; init; }

    /// <summary>The HTTP version: 10, 11, 20, 30; null for the message's own.</summary>
    public int? Version { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>The ray id; null for one of zeros.</summary>
    public string? Ray { get; init; }

    /// <summary>The status that it was answered with; null when nobody knows.</summary>
    public int? Status { get; init; }

    /// <summary>
    /// Whether fields and body are all there. Of a log record they are not: the host, the user agent and the referer are known, and what other
    /// fields, cookies and the body say is unknown.
    /// </summary>
    public bool IsWhole { get; init; } = true;
}

/// <summary>A sketch that is no request; the message says why.</summary>
internal sealed class RequestSketchException(string message) : Exception(message);
