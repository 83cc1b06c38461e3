using System.Net;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Requests;

/// <summary>What one request's exchange with its origin looked like; for the log, metrics and Server-Timing.</summary>
internal sealed class OriginReport
{
    /// <summary>The address used last, or null when none was.</summary>
    public IPEndPoint? Address { get; set; }

    /// <summary>The edge's own address on that connection, or null when none was made.</summary>
    public IPAddress? LocalAddress { get; set; }

    /// <summary>The origin's status, or 0.</summary>
    public int Status { get; set; }

    /// <summary>What was wrong with the origin's answer, or <see cref="MessageFault.None"/>.</summary>
    public MessageFault Detail { get; set; }

    /// <summary>Whether the connection had served before.</summary>
    public bool Reused { get; set; }

    /// <summary>Time spent waiting until fewer requests were under way to the origin.</summary>
    public TimeSpan Queued { get; set; }

    /// <summary>Whether an upper edge gave the answer, and stands in the place of the origin here.</summary>
    public bool IsTiered { get; set; }

    /// <summary>Time spent resolving the name.</summary>
    public TimeSpan Dns { get; set; }

    /// <summary>Time of the TCP handshake.</summary>
    public TimeSpan Tcp { get; set; }

    /// <summary>Time of the TLS handshake.</summary>
    public TimeSpan Tls { get; set; }

    /// <summary>From sending the request until the final head was read.</summary>
    public TimeSpan FirstByte { get; set; }

    /// <summary>From asking for a connection until the answer's end.</summary>
    public TimeSpan Total { get; set; }

    /// <summary>Adds what another exchange for the same visitor looked like.</summary>
    public void Add(OriginReport other)
    {
        Address = other.Address;
        LocalAddress = other.LocalAddress;
        Status = other.Status;
        Detail = other.Detail;
        Reused = other.Reused;
        IsTiered = other.IsTiered;
        Queued += other.Queued;
        Dns += other.Dns;
        Tcp += other.Tcp;
        Tls += other.Tls;
        FirstByte += other.FirstByte;
        Total += other.Total;
    }

    /// <summary>Forgets the request before.</summary>
    public void Clear()
    {
        Address = null;
        LocalAddress = null;
        Status = 0;
        Detail = MessageFault.None;
        Reused = IsTiered = false;
        Queued = Dns = Tcp = Tls = FirstByte = Total = TimeSpan.Zero;
    }
}
