using System.Buffers.Text;
using System.Net;
using System.Text;
using Holdfast.Edge.Http3;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Origins;

/// <summary>
/// What the edge changes in a request's fields on their way to the origin, and in a response's on their way back: fields that belong to
/// one connection are taken out (RFC 9110 section 7.6.1), those that say where the request came from are set.
/// </summary>
internal sealed class ForwardedHeaders
{
    /// <summary>The name under which we stand in Via and CDN-Loop.</summary>
    public const string Pseudonym = "holdfast";

    // The longest X-Forwarded-For that is carried on; behind that it is somebody's mistake or attack.
    private const int LongestForwardedFor = 2048;

    // Of the names that the edge sets.
    private const int LongestOwnName = 20;

    private readonly byte[] _loopMember;

    /// <summary>For one installation.</summary>
    /// <param name="installation">A short token that all edges of one installation share: a request that comes back to it is a loop.</param>
    /// <param name="place">Where this edge stands, as it follows the ray id in CF-Ray; upper-case letters.</param>
    public ForwardedHeaders(string installation, string place)
    {
        _loopMember = Encoding.ASCII.GetBytes($"{Pseudonym};id={installation}");
        Place = Encoding.ASCII.GetBytes("-" + place);
    }

    /// <summary>What tells visitors of HTTP/3, or null where it is not spoken.</summary>
    public AltService? AltService { get; init; }

    /// <summary>A hyphen and the place's name.</summary>
    public byte[] Place { get; }

    /// <summary>Whether the request has been through this installation before (CDN-Loop, RFC 8586).</summary>
    /// <param name="headers">Its fields.</param>
    /// <param name="passes">How often it may have: once, when a lower edge has sent it.</param>
    public bool IsLoop(HeaderBlock headers, int passes = 0)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers.KnownAt(i) != KnownHeader.CdnLoop)
            {
                continue;
            }

            var members = new TokenList(headers.ValueAt(i));
            while (members.MoveNext())
            {
                if (Ascii.EqualsIgnoreCase(members.Current, _loopMember) && passes-- == 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Prepares the request's fields for the origin, in place.</summary>
    /// <param name="request">The request.</param>
    /// <param name="upgrade">Whether its upgrade is passed on.</param>
    /// <param name="trusted">Whether the peer is a trusted upstream, whose forwarded fields are believed.</param>
    public void PrepareRequest(EdgeRequest request, bool upgrade, bool trusted)
    {
        request.IsPrepared = true;
        var headers = request.Head.Headers;
        var trailers = TokenList.AnyIn(headers, KnownHeader.Te, "trailers"u8);
        RemoveConnectionFields(headers, upgrade);
        headers.Remove(KnownHeader.ProxyAuthorization);
        headers.Remove(KnownHeader.Http2Settings);
        headers.Remove(KnownHeader.XHoldfastDebug);
        headers.Remove(KnownHeader.HoldfastLower);

        // "Proxy" becomes HTTP_PROXY in CGI programs.
        headers.Remove("Proxy"u8);
        RemoveLookAlikes(headers);
        if (upgrade)
        {
            headers.Add(KnownHeader.Connection, "Upgrade"u8);
        }
        else if (trailers)
        {
            headers.Add(KnownHeader.Te, "trailers"u8);
            headers.Add(KnownHeader.Connection, "TE"u8);
        }

        Span<byte> ray = stackalloc byte[RayId.Length + 32];
        request.Ray.Format(ray);
        Place.CopyTo(ray[RayId.Length..]);
        headers.Set(KnownHeader.CfRay, ray[..(RayId.Length + Place.Length)]);
        headers.Set(KnownHeader.XRayId, ray[..RayId.Length]);

        var client = request.ClientAddressText;
        headers.Set(KnownHeader.CfConnectingIp, client);
        SetForwardedFor(headers, client, request.Connection.Client.Address, trusted);
        headers.Set(KnownHeader.XForwardedProto, request.IsHttps ? "https"u8 : "http"u8);
        headers.Set(KnownHeader.CfVisitor, request.IsHttps ? "{\"scheme\":\"https\"}"u8 : "{\"scheme\":\"http\"}"u8);
        headers.Set(KnownHeader.CfIpCountry, request.Country.Utf8);
        if (!trusted)
        {
            // What anybody can write must not reach a program that believes it.
            headers.Remove(KnownHeader.Forwarded);
            headers.Remove(KnownHeader.XForwardedHost);
            headers.Remove(KnownHeader.TrueClientIp);
            if (headers.Contains(KnownHeader.XRealIp))
            {
                headers.Set(KnownHeader.XRealIp, client);
            }
        }

        if (request is { Zone: not null, Settings.TrueClientIpHeader: true })
        {
            headers.Set(KnownHeader.TrueClientIp, client);
        }

        AppendListMember(headers, KnownHeader.CdnLoop, _loopMember);
        AppendVia(headers, request.Head.Version);
    }

    /// <summary>Takes out of a response what belongs to the origin's connection, and says who passed it on.</summary>
    public static void PrepareResponse(EdgeRequest request)
    {
        var headers = request.Response.Headers;
        RemoveConnectionFields(headers, upgrade: request.Response.Status == 101);
        headers.Remove(KnownHeader.ProxyAuthenticate);
        AppendVia(headers, 11);
    }

    /// <summary>Says in a response that did not come from an origin now who passed it on.</summary>
    public static void AddVia(HeaderBlock headers) => AppendVia(headers, 11);

    /// <summary>Takes out of an interim response what belongs to the origin's connection.</summary>
    public static void PrepareInterim(EdgeRequest request) => RemoveConnectionFields(request.Response.Headers, upgrade: false);

    /// <summary>Adds what every response carries, the origin's and our own.</summary>
    public void Stamp(EdgeRequest request)
    {
        var headers = request.Response.Headers;
        Span<byte> ray = stackalloc byte[RayId.Length + 32];
        request.Ray.Format(ray);
        Place.CopyTo(ray[RayId.Length..]);
        headers.Set(KnownHeader.CfRay, ray[..(RayId.Length + Place.Length)]);
        headers.Set(KnownHeader.XRayId, ray[..RayId.Length]);

        // A lower edge says the rest to its visitor itself.
        if (request is { Zone: { } zone, Lower: null })
        {
            headers.Add("Holdfast-Generation"u8, zone.GenerationText);
            if (zone.IsCandidate)
            {
                headers.Add("Holdfast-Side"u8, "candidate"u8);
            }

            AddSecurityHeaders(headers, zone, request.IsHttps);
            if (AltService?.For(request.Connection, zone.Settings) is { } alternative)
            {
                headers.Set(KnownHeader.AltSvc, alternative);
            }

            if (request.Settings.ServerTiming)
            {
                AddServerTiming(headers, request.Origin);
            }
        }
    }

    // A policy over plain HTTP means nothing (RFC 6797 section 7.2).
    private static void AddSecurityHeaders(HeaderBlock headers, ZoneRuntime zone, bool https)
    {
        if (https && zone.StrictTransportSecurity is { } policy)
        {
            headers.Set(KnownHeader.StrictTransportSecurity, policy);
        }

        if (zone.Settings.SecurityHeader.Nosniff)
        {
            headers.Remove("X-Content-Type-Options"u8);
            headers.Add("X-Content-Type-Options"u8, "nosniff"u8);
        }
    }

    private static void AddServerTiming(HeaderBlock headers, OriginReport origin)
    {
        Span<byte> text = stackalloc byte[160];
        var length = 0;
        AppendTiming(text, ref length, "dns"u8, origin.Dns);
        AppendTiming(text, ref length, "connect"u8, origin.Tcp);
        AppendTiming(text, ref length, "tls"u8, origin.Tls);
        AppendTiming(text, ref length, "origin"u8, origin.FirstByte);
        if (length > 0)
        {
            headers.Add(KnownHeader.ServerTiming, text[..length]);
        }
    }

    private static void AppendTiming(Span<byte> text, ref int length, ReadOnlySpan<byte> name, TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        Append(text, ref length, length > 0 ? ", "u8 : ""u8);
        Append(text, ref length, name);
        Append(text, ref length, ";dur="u8);
        Utf8Formatter.TryFormat(time.TotalMilliseconds, text[length..], out var written, new System.Buffers.StandardFormat('F', 3));
        length += written;
    }

    private static void SetForwardedFor(HeaderBlock headers, ReadOnlySpan<byte> client, IPAddress peer, bool trusted)
    {
        if (!trusted || !headers.Contains(KnownHeader.XForwardedFor))
        {
            headers.Set(KnownHeader.XForwardedFor, client);
            return;
        }

        // Every address that the trusted upstream passes on, in however many fields, then the upstream's own.
        Span<byte> list = stackalloc byte[LongestForwardedFor + 64];
        var length = 0;
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers.KnownAt(i) != KnownHeader.XForwardedFor || headers.ValueAt(i).IsEmpty)
            {
                continue;
            }

            if (length + headers.ValueAt(i).Length + 2 > LongestForwardedFor)
            {
                headers.Set(KnownHeader.XForwardedFor, client);
                return;
            }

            Append(list, ref length, headers.ValueAt(i));
            Append(list, ref length, ", "u8);
        }

        peer.TryFormat(list[length..], out var written);
        length += written;
        headers.Set(KnownHeader.XForwardedFor, list[..length]);
    }

    private static void AppendVia(HeaderBlock headers, int version)
    {
        var member = version switch
        {
            10 => "1.0 holdfast"u8,
            20 => "2 holdfast"u8,
            30 => "3 holdfast"u8,
            _ => "1.1 holdfast"u8,
        };
        AppendListMember(headers, KnownHeader.Via, member);
    }

    // A list may stand in several fields (RFC 9110 section 5.3), so a member is appended as one more of them.
    private static void AppendListMember(HeaderBlock headers, KnownHeader header, ReadOnlySpan<byte> member) => headers.Add(header, member);

    private static void RemoveConnectionFields(HeaderBlock headers, bool upgrade)
    {
        if (headers.Contains(KnownHeader.Connection))
        {
            RemoveListed(headers);
            headers.Remove(KnownHeader.Connection);
        }

        headers.Remove(KnownHeader.KeepAlive);
        headers.Remove(KnownHeader.ProxyConnection);
        headers.Remove(KnownHeader.Te);

        // Transfer-Encoding stays: whoever writes the message puts its own framing in that place.
        if (!upgrade)
        {
            headers.Remove(KnownHeader.Upgrade);
        }
    }

    // A field named in Connection goes, whoever named it; but not those that the message can't do without, which is an old trick.
    private static void RemoveListed(HeaderBlock headers)
    {
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            var known = headers.KnownAt(i);
            if (
                known
                is KnownHeader.Connection
                    or KnownHeader.Upgrade
                    or KnownHeader.Host
                    or KnownHeader.ContentLength
                    or KnownHeader.TransferEncoding
                    or KnownHeader.CdnLoop
                    or KnownHeader.Via
                    or KnownHeader.Cookie
                    or KnownHeader.Authorization
            )
            {
                continue;
            }

            if (TokenList.AnyIn(headers, KnownHeader.Connection, headers.NameAt(i)))
            {
                headers.RemoveAt(i);
            }
        }
    }

    // CGI, WSGI and their kin read "_" as "-": X_Forwarded_For would pass for ours.
    private static void RemoveLookAlikes(HeaderBlock headers)
    {
        Span<byte> usual = stackalloc byte[LongestOwnName];
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            var name = headers.NameAt(i);
            if (name.Length > LongestOwnName || !name.Contains((byte)'_'))
            {
                continue;
            }

            name.Replace(usual, (byte)'_', (byte)'-');
            if (
                KnownHeaders.Find(usual[..name.Length])
                is KnownHeader.CfConnectingIp
                    or KnownHeader.CfIpCountry
                    or KnownHeader.CfRay
                    or KnownHeader.CfVisitor
                    or KnownHeader.CdnLoop
                    or KnownHeader.Forwarded
                    or KnownHeader.TrueClientIp
                    or KnownHeader.XForwardedFor
                    or KnownHeader.XForwardedHost
                    or KnownHeader.XForwardedProto
                    or KnownHeader.XRayId
                    or KnownHeader.XRealIp
                    or KnownHeader.ContentLength
                    or KnownHeader.TransferEncoding
            )
            {
                headers.RemoveAt(i);
            }
        }
    }

    private static void Append(Span<byte> text, ref int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(text[length..]);
        length += part.Length;
    }
}
