using System.Collections.Immutable;
using System.Net;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Requests;

/// <summary>
/// The addresses of proxies before us whose forwarded fields are believed. From anybody else those fields are replaced, because
/// anybody can write them.
/// </summary>
internal sealed class TrustedUpstreams(ImmutableArray<IPNetwork> networks)
{
    // Behind this many members a list is no list of proxies.
    private const int MostHops = 32;

    /// <summary>Nobody is trusted.</summary>
    public static TrustedUpstreams None { get; } = new([]);

    /// <summary>Whether this peer is one.</summary>
    public bool Contains(IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes address and scheme of the visitor from the fields that a trusted peer sent.</summary>
    /// <returns>Whether the peer is trusted.</returns>
    public bool Believe(EdgeRequest request)
    {
        if (networks.IsEmpty || !Contains(request.Connection.Client.Address))
        {
            return false;
        }

        if (ClientOf(request.Head.Headers) is { } client)
        {
            request.ForwardedFor(client);
        }

        if (request.Head.Headers.TryGet(KnownHeader.XForwardedProto, out var scheme))
        {
            request.IsHttps = System.Text.Ascii.EqualsIgnoreCase(scheme, "https"u8);
        }

        return true;
    }

    // The last address that none of our own proxies added: what stands before it is the visitor's claim. A proxy may have added its
    // member as a field of its own behind the visitor's, so the fields are read as the one list that they are.
    private IPAddress? ClientOf(HeaderBlock headers)
    {
        IPAddress? client = null;
        var hops = 0;
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            if (headers.KnownAt(i) != KnownHeader.XForwardedFor)
            {
                continue;
            }

            var list = headers.ValueAt(i);
            while (!list.IsEmpty)
            {
                var comma = list.LastIndexOf((byte)',');
                var member = Http.Messages.Syntax.Trim(list[(comma + 1)..]);
                list = comma < 0 ? default : list[..comma];
                if (hops++ == MostHops || !IPAddress.TryParse(member, out var address))
                {
                    return client;
                }

                client = address;
                if (!Contains(address))
                {
                    return client;
                }
            }
        }

        return client;
    }
}
