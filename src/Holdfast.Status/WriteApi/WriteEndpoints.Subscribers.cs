using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;
using Holdfast.Status.Subscribers;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.WriteApi;

/// <summary>Who is told, with Statuspage's members.</summary>
internal sealed partial class WriteEndpoints
{
    /// <summary>Subscribers of a kind in one answer, the newest.</summary>
    private const int ListedSubscribers = 1_000;

    private void MapSubscribers(IEndpointRouteBuilder routes)
    {
        const string all = "/v1/pages/{page}/subscribers";
        const string one = all + "/{id}";
        Add(
            routes,
            "GET",
            all,
            _ =>
                Each(
                    store.Read(database =>
                        database
                            .Subscribers(mail: true, "", ListedSubscribers)
                            .Concat(database.Subscribers(mail: false, "", ListedSubscribers))
                            .Select(row => (Row: row, Components: database.ComponentsOf(row.Id)))
                            .ToList()
                    ),
                    (json, each) => SubscriberJson.Write(json, each.Row, each.Components)
                )
        );
        Add(routes, "POST", all, AddSubscriber);
        Add(routes, "GET", one, call => Subscriber(subscribers.Find(call.Id), null, 200));
        Add(
            routes,
            "DELETE",
            one,
            call =>
            {
                subscribers.Remove(call.Who, subscribers.Find(call.Id));
                return new Answer(204, []);
            }
        );
    }

    private Answer AddSubscriber(Call call)
    {
        var (email, endpoint, kind, components) = Form.Read(
            call.Body,
            "subscriber",
            form =>
                (
                    form.Text("email", StatusPageLimits.NameLength),
                    form.Text("endpoint", 2_000),
                    form.Choice<SubscriberKind>("mode"),
                    form.Texts("component_ids", StatusPageLimits.Components) ?? []
                )
        );
        if ((email is null) == (endpoint is null))
        {
            throw StatusProblem.Invalid("subscriber", "it has an email, or an endpoint");
        }

        if (email is not null)
        {
            return Subscriber(subscribers.Ask(email, components), null, 201);
        }

        if (kind == SubscriberKind.Email)
        {
            throw StatusProblem.Invalid("subscriber.mode", "an endpoint is webhook, slack or discord");
        }

        var (row, secret) = subscribers.Add(call.Who, kind ?? SubscriberKind.Webhook, endpoint!, components);
        return Subscriber(row, secret, 201);
    }

    private Answer Subscriber(SubscriberRow row, string? secret, int status) =>
        Json(json => SubscriberJson.Write(json, row, store.Read(database => database.ComponentsOf(row.Id)), secret), status);
}
