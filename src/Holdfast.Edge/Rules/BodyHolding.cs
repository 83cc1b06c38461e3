using System.Text;
using Holdfast.Edge.Requests;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Rules;

/// <summary>
/// When a request's body is held back for its zone's rules (the design's law 24): only when one of them reads it, and never that of gRPC,
/// nor one that the visitor sends only after a 100. What is not held is unknown, so that rules which read it do not act.
/// </summary>
internal static class BodyHolding
{
    /// <summary>Whether rules get to see the body.</summary>
    public static bool IsDue(EdgeRequest request) =>
        request.Head is { ExpectsContinue: false, WantsUpgrade: false }
        && !(request.Head.Headers.TryGet(KnownHeader.ContentType, out var type) && StartsWith(type, "application/grpc"u8));

    /// <summary>Holds the body's beginning and shows it to the rules.</summary>
    public static async ValueTask HoldAsync(EdgeRequest request, RuleTurn turn, TimeProvider time)
    {
        if (request.Head.Framing == Framing.None)
        {
            turn.Signals.Body.Hold(default, 0, isTruncated: false, isForm: false);
            return;
        }

        await request.HoldBodyAsync(time).ConfigureAwait(false);
        var held = request.Held!;
        var isForm =
            request.Head.Headers.TryGet(KnownHeader.ContentType, out var type) && StartsWith(type, "application/x-www-form-urlencoded"u8);
        turn.Signals.Body.Hold(held.Held, Math.Max(held.Length, held.Held.Length), !held.IsWhole, isForm);
    }

    private static bool StartsWith(ReadOnlySpan<byte> type, ReadOnlySpan<byte> wanted) =>
        type.Length >= wanted.Length && Ascii.EqualsIgnoreCase(type[..wanted.Length], wanted);
}
