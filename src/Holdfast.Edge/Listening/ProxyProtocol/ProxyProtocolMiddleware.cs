using System.Buffers;
using System.Net;
using Holdfast.Edge.Listening.Admission;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Listening.ProxyProtocol;

/// <summary>
/// The step of a listener behind load balancers: reads the PROXY header before anything else and notes the visitor's real endpoint. A peer
/// outside the trusted ranges, or one whose header is missing, malformed or late, is closed and counted; there is no way to go on without one.
/// </summary>
internal sealed class ProxyProtocolMiddleware
{
    private static readonly ConnectionAbortedException Refusal = new("The PROXY protocol's rules were not kept.");

    private readonly IPNetwork[] _trusted;
    private readonly ConnectionLimits _limits;
    private readonly ConnectionLedger _ledger;
    private readonly TimeProvider _time;

    /// <param name="trusted">The load balancers' addresses: at least one range, since an empty list must not mean everybody.</param>
    /// <param name="limits">The deadline.</param>
    /// <param name="ledger">Where refusals are counted.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">No range was given.</exception>
    public ProxyProtocolMiddleware(IReadOnlyList<IPNetwork> trusted, ConnectionLimits limits, ConnectionLedger ledger, TimeProvider time)
    {
        if (trusted.Count == 0)
        {
            throw new ArgumentException("A PROXY listener needs at least one trusted upstream range.", nameof(trusted));
        }

        _trusted = [.. trusted];
        _limits = limits;
        _ledger = ledger;
        _time = time;
    }

    /// <summary>The step.</summary>
    public ConnectionDelegate Use(ConnectionDelegate next) =>
        async connection =>
        {
            var facts = connection.Features.GetRequiredFeature<ConnectionFacts>();
            var refusal = IsTrusted(facts.Peer.Address) ? await ReadHeaderAsync(connection, facts) : RefusalReason.UntrustedUpstream;
            if (refusal is { } reason)
            {
                _ledger.Refused(facts, reason);
                connection.Abort(Refusal);
                return;
            }

            await next(connection);
        };

    private bool IsTrusted(IPAddress peer)
    {
        foreach (var range in _trusted)
        {
            if (range.Contains(peer))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<RefusalReason?> ReadHeaderAsync(ConnectionContext connection, ConnectionFacts facts)
    {
        var input = connection.Transport.Input;
        using var deadline = new CancellationTokenSource(_limits.ProxyHeaderTimeout, _time);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(deadline.Token);
                var buffer = result.Buffer;
                var status = Parse(buffer, out var header);
                if (status == ProxyHeaderStatus.Complete)
                {
                    input.AdvanceTo(buffer.GetPosition(header.Length));
                    if (header is { Client: { } client, Destination: { } destination })
                    {
                        facts.ProxiedFor(client, destination);
                    }

                    return null;
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (status == ProxyHeaderStatus.Malformed)
                {
                    return RefusalReason.MalformedProxyHeader;
                }

                if (result.IsCompleted)
                {
                    return RefusalReason.ProxyHeaderTimedOut;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return RefusalReason.ProxyHeaderTimedOut;
        }
        catch (IOException)
        {
            // The peer reset the connection: the same as closing it before the header was there.
            return RefusalReason.ProxyHeaderTimedOut;
        }
    }

    private static ProxyHeaderStatus Parse(in ReadOnlySequence<byte> buffer, out ProxyHeader header)
    {
        if (buffer.IsSingleSegment)
        {
            return ProxyHeader.TryParse(buffer.FirstSpan, out header);
        }

        Span<byte> bytes = stackalloc byte[ProxyHeader.MaxLength];
        var length = (int)Math.Min(buffer.Length, bytes.Length);
        buffer.Slice(0, length).CopyTo(bytes);
        return ProxyHeader.TryParse(bytes[..length], out header);
    }
}
