using Holdfast.Status.Storage;
using Holdfast.Status.Subscribers;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>Who is told.</summary>
internal sealed partial class OperatorEndpoints
{
    /// <summary>Addresses on the page; more are found by a part of them.</summary>
    private const int ShownAddresses = 50;

    private void MapSubscribers(IEndpointRouteBuilder routes)
    {
        const string all = Root + "/subscribers";
        Page(
            routes,
            all,
            SubscribersAsync,
            visit =>
            {
                var sent = visit.Sent!;
                var kind = sent.Choice<SubscriberKind>("kind") is { } chosen and not SubscriberKind.Email
                    ? chosen
                    : throw StatusProblem.Invalid("kind", "it has to be webhook, slack or discord");
                visit.Shown = subscribers.Add(Name(visit), kind, sent.Required("endpoint", 2_000), []).Secret;
                return Task.FromResult(visit.Shown is null ? all + "?done=saved" : null);
            }
        );
        Act(
            routes,
            all + "/{id}/enable",
            visit =>
            {
                subscribers.Enable(Name(visit), subscribers.Find(visit.Id));
                return all + "?done=saved";
            },
            SubscribersAsync
        );
        Act(
            routes,
            all + "/{id}/remove",
            visit =>
            {
                subscribers.Remove(Name(visit), subscribers.Find(visit.Id));
                return all + "?done=removed";
            },
            SubscribersAsync
        );
    }

    private Task<byte[]> SubscribersAsync(Visit visit)
    {
        var part = visit.Context.Request.Query["mail"].ToString().Trim().ToLowerInvariant();
        return RenderAsync<SubscribersPage>(
            visit,
            store.Read(database => new Told(
                database.SubscriberCounts(),
                database.Waiting(),
                database.Subscribers(mail: false, "", SubscriberLimits.Most),
                database.Subscribers(mail: true, part, ShownAddresses),
                part,
                subscribers.Mails
            ))
        );
    }

    /// <summary>What the page of subscribers is made from.</summary>
    internal sealed record Told(
        List<(SubscriberKind Kind, SubscriberState State, long Count)> Counts,
        long Waiting,
        List<SubscriberRow> Webhooks,
        List<SubscriberRow> Addresses,
        string Part,
        bool Mails
    );
}
