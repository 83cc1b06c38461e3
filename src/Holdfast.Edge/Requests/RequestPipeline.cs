using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Http3;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Phases.Cache;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;
using Holdfast.Model.Zones;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Requests;

/// <summary>
/// A request's way through the edge, in the order of the design's chart. Whatever happens on it, every request ends in one answer, or
/// in a broken connection when the answer had begun, and in one log record.
/// </summary>
internal sealed partial class RequestPipeline(
    ZoneDirectory zones,
    OriginRouter origins,
    CachePhase cache,
    ForwardedHeaders forwarded,
    LocalAnswers answers,
    TrustedUpstreams upstreams,
    TierIdentity tier,
    IRequestObserver observer,
    EdgePorts ports,
    TimeProvider time,
    Random random,
    ILogger<RequestPipeline> logger
)
{
    /// <summary>Takes a sample of the requests down, or null.</summary>
    public RequestSampler? Sampler { get; init; }

    /// <summary>The account's rulesets, of which some may be on trial; null where none are.</summary>
    public AccountRulesetTable? Account { get; init; }

    /// <summary>Where ray ids come from.</summary>
    public Random Random => random;

    /// <summary>Answers a request and logs it.</summary>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    public async ValueTask HandleAsync(EdgeRequest request)
    {
        using var span = RequestSpan.Begin(request);
        try
        {
            var error = await RouteAsync(request).ConfigureAwait(false);
            if (!request.HasStarted)
            {
                await AnswerErrorAsync(request, error).ConfigureAwait(false);
            }
            else if (!request.HasEnded)
            {
                request.Abort();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await AnswerFaultAsync(request, e).ConfigureAwait(false);
        }
        finally
        {
            request.Rules?.Ended(request);
            span.End(request);
            observer.Ended(request);
            if (request.Sample is { } sample)
            {
                Sampler!.Ended(sample);
            }
        }
    }

    /// <summary>Answers a request that the codec refused, and logs it. With <see cref="EdgeError.None"/> nobody is there to be answered.</summary>
    public async ValueTask RefuseAsync(EdgeRequest request, EdgeError error)
    {
        try
        {
            await AnswerErrorAsync(request, error).ConfigureAwait(false);
        }
        finally
        {
            observer.Ended(request);
        }
    }

    // The error to answer with, or None when the answer was sent.
    private ValueTask<EdgeError> RouteAsync(EdgeRequest request)
    {
        var trusted = upstreams.Believe(request);
        if (trusted)
        {
            tier.Receive(request);
        }

        request.LocateWith(observer);

        var found = zones.Find(request.Head.Host);
        return found.IsUnread ? ReadAndRouteAsync(request, found, trusted) : RouteAsync(request, found, trusted);
    }

    private async ValueTask<EdgeError> ReadAndRouteAsync(EdgeRequest request, ZoneFinding unread, bool trusted)
    {
        var found = await zones.ReadAsync(request.Head.Host.ToArray(), unread).ConfigureAwait(false);
        return await RouteAsync(request, found, trusted).ConfigureAwait(false);
    }

    private ValueTask<EdgeError> RouteAsync(EdgeRequest request, ZoneFinding found, bool trusted)
    {
        var zone = found.Zone;
        if (zone?.Guard.Slice is { } slice)
        {
            zone = slice.SideOf(request, zone);
        }

        if (zone is not null && Account?.Slices is { } trials)
        {
            zone = trials.SideOf(request, zone);
        }

        request.Zone = zone;

        if (OwnPaths.Contains(request.Head.Path))
        {
            return LocalAsync(request);
        }

        if (zone is null)
        {
            return found.IsUnusable ? new ValueTask<EdgeError>(EdgeError.ZoneUnreadable)
                : zones.Count == 0 ? Answered(answers.WelcomeAsync(request))
                : new ValueTask<EdgeError>(EdgeError.NoSuchHost);
        }

        if ((zone.Killed & EdgeModule.Country.Bit) != 0)
        {
            request.ForgetCountry();
        }

        request.IsExplained = zone.CacheDebugDigest is { } digest && DebugToken.IsIn(request.Head.Headers, digest);
        if (request.IsOwn)
        {
            return new ValueTask<EdgeError>(EdgeError.Loop);
        }

        Sampler?.Look(request, zone);

        // What is about the visitor's connection, the lower edge has looked at.
        var settings = zone.Settings;
        var isVisitors = request.Lower is null;
        if (isVisitors && !settings.Ipv6 && request.Connection.Local.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return new ValueTask<EdgeError>(EdgeError.NotOverIpv6);
        }

        var isChallenge = request.IsChallenge = AcmeChallenge.IsOne(request.Head);
        if (!request.IsHttps && settings.AlwaysUseHttps && !request.Head.Host.IsEmpty && !isChallenge)
        {
            return Answered(answers.RedirectAsync(request, 301, "https"u8, ports.Https));
        }

        if (request.IsHttps && settings.Ssl == SslMode.Off && !request.Head.Host.IsEmpty && !isChallenge)
        {
            return Answered(answers.RedirectAsync(request, 302, "http"u8, ports.Http));
        }

        if (isVisitors && request.Connection.IsTls && !Suits(request, settings))
        {
            // One connection can carry requests for several zones; the handshake knew only the one it was made for.
            return new ValueTask<EdgeError>(EdgeError.MisdirectedRequest);
        }

        request.LimitBody(zone.MaxUploadBytes);
        if (request.Head.Framing == Framing.Length && request.Head.ContentLength > zone.MaxUploadBytes)
        {
            request.Refused = MessageFault.BodyTooLarge;
            return new ValueTask<EdgeError>(EdgeError.ContentTooLarge);
        }

        return zone.Rules is { } rules ? RunRulesAsync(request, zone, rules, trusted) : GoOnAsync(request, zone, trusted);
    }

    private ValueTask<EdgeError> RunRulesAsync(EdgeRequest request, ZoneRuntime zone, ZoneRules rules, bool trusted)
    {
        var turn = request.BeginRules(rules);
        return rules.ReadsBody && BodyHolding.IsDue(request)
            ? HoldAndDecideAsync(request, zone, rules, turn, trusted)
            : DecideAsync(request, zone, rules, turn, trusted);
    }

    private async ValueTask<EdgeError> HoldAndDecideAsync(
        EdgeRequest request,
        ZoneRuntime zone,
        ZoneRules rules,
        RuleTurn turn,
        bool trusted
    )
    {
        try
        {
            await BodyHolding.HoldAsync(request, turn, time).ConfigureAwait(false);
            return await DecideAsync(request, zone, rules, turn, trusted).ConfigureAwait(false);
        }
        finally
        {
            await request.ReleaseHeldAsync().ConfigureAwait(false);
        }
    }

    private ValueTask<EdgeError> DecideAsync(EdgeRequest request, ZoneRuntime zone, ZoneRules rules, RuleTurn turn, bool trusted) =>
        RequestPhases.Run(request, turn, rules) is { } answer
            ? AnswerByRuleAsync(request, zone, turn, answer, trusted)
            : GoOnAsync(request, zone, trusted);

    private async ValueTask<EdgeError> AnswerByRuleAsync(
        EdgeRequest request,
        ZoneRuntime zone,
        RuleTurn turn,
        RuleEffect answer,
        bool trusted
    )
    {
        try
        {
            return await answer.AnswerAsync(request, answers).ConfigureAwait(false);
        }
        catch (Exception e) when (ZoneGuard.IsFault(e) && !request.HasStarted && !request.VisitorGone)
        {
            zone.Guard.Faulted(turn.Phase, e, request);
            request.ForgetAnswer();
            request.Error = EdgeError.None;
        }

        return zone.ModeOf(turn.Phase) == FailureMode.Closed
            ? EdgeError.ProtectionFailed
            : await GoOnAsync(request, zone, trusted).ConfigureAwait(false);
    }

    // To the cache and the origin.
    private ValueTask<EdgeError> GoOnAsync(EdgeRequest request, ZoneRuntime zone, bool trusted)
    {
        if (zone.Origins.Under(request.Settings).For(request.Head.Host, request.IsHttps) is not { } target)
        {
            return new ValueTask<EdgeError>(EdgeError.OriginDns);
        }

        request.Target = request.Route is { } route ? zone.Origins.By(target, route) : target;

        if (forwarded.IsLoop(request.Head.Headers, request.Lower is null ? 0 : 1))
        {
            return new ValueTask<EdgeError>(EdgeError.Loop);
        }

        var upgrade =
            request.CanUpgrade
            && request.Head is { WantsUpgrade: true, Framing: Framing.None } // a body and the new protocol would share one stream
            && request.Settings.WebSockets
            && !OriginForwarder.AsksForHttp2(request.Head.Headers);

        if (upgrade && OriginRouter.CanUpgrade(request.Target))
        {
            forwarded.PrepareRequest(request, upgrade: true, trusted);
            return origins.ForwardAsync(request, zone, upgrade: true);
        }

        return cache.AnswerAsync(request, zone, trusted);
    }

    private static bool Suits(EdgeRequest request, ZoneSettings settings)
    {
        var version = request.Connection.TlsProtocol;
        return (settings.MinTlsVersion != MinTlsVersion.Tls13 || version == "TLSv1.3")
            && (settings.Tls13 || version != "TLSv1.3")
            && (settings.Http2 || request.Connection.Alpn != "h2")
            && (settings.Http3 || request.Connection.Alpn != Http3Server.Protocol);
    }

    private ValueTask<EdgeError> LocalAsync(EdgeRequest request) =>
        request.Head.Path.SequenceEqual("/cdn-cgi/trace"u8)
            ? Answered(answers.TraceAsync(request))
            : new ValueTask<EdgeError>(EdgeError.NotFound);

    private static async ValueTask<EdgeError> Answered(ValueTask answering)
    {
        await answering.ConfigureAwait(false);
        return EdgeError.None;
    }

    private async ValueTask AnswerErrorAsync(EdgeRequest request, EdgeError error)
    {
        if (error == EdgeError.None)
        {
            request.Abort();
            return;
        }

        await answers.ErrorAsync(request, error).ConfigureAwait(false);
    }

    private async ValueTask AnswerFaultAsync(EdgeRequest request, Exception exception)
    {
        // A visitor that goes away shows as an exception in whatever was writing to it, perhaps before its connection says so. What
        // breaks on the origin's side never gets here: the forwarders turn it into an error of its own.
        var visitorLeft = request.VisitorGone || exception is IOException or OperationCanceledException;
        if (visitorLeft)
        {
            request.SetVisitorGone();
        }
        else
        {
            LogFault(exception, request.Ray.ToString());
        }

        if (request.HasStarted || visitorLeft)
        {
            request.Error = visitorLeft ? EdgeError.None : EdgeError.EdgeFault;
            request.Abort();
            return;
        }

        try
        {
            await answers.ErrorAsync(request, EdgeError.EdgeFault).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            request.Abort();
        }
    }

    [LoggerMessage(EventId = 1001, Level = LogLevel.Error, Message = "Request {Ray} met a fault of the edge.")]
    private partial void LogFault(Exception exception, string ray);
}
