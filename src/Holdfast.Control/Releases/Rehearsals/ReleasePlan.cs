using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases;
using Holdfast.Releases.Rehearsals;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Releases.Rehearsals;

/// <summary>What a rehearsal says of a proposed change, as the API shows it.</summary>
internal static class ReleasePlan
{
    private static readonly ApiSchema Microseconds = ApiSchema.Object(
        ("live", ApiSchema.Any("With what is live.", 112.4)),
        ("candidate", ApiSchema.Any("With what is proposed.", 118.0))
    );

    /// <summary>Its form.</summary>
    public static ApiSchema Schema { get; } =
        ApiSchema.Object(
            ("kind", ApiSchema.Text("The proposed artifact's kind.", "zone")),
            ("name", ApiSchema.Text("Its id.", "353e105f4ecef8ad9ca31a8372d0c023")),
            ("live_generation", ApiSchema.Whole("What it was compared with; 0: nothing of it is in use.", 6)),
            ("node", ApiSchema.Text("The edge whose requests were replayed.", "edge-1")),
            ("edges", ApiSchema.Whole("How many edges have rehearsed it; the one with the most requests is shown.", 3)),
            ("requests", ApiSchema.Whole("Recent requests that were replayed.", 412)),
            ("oldest", ApiSchema.Time("When the oldest of them came.").OrNull()),
            (
                "changes",
                ApiSchema.List(
                    ApiSchema.Object(
                        ("what", ApiSchema.OneOf("The difference.", [.. RehearsalDifferences.Names])),
                        ("requests", ApiSchema.Whole("How many requests meet it.", 57)),
                        ("share", ApiSchema.Any("The same, per cent.", 13.8)),
                        (
                            "examples",
                            ApiSchema.List(
                                ApiSchema.Object(
                                    ("ray", ApiSchema.Text("The request's ray id.", "0dc90fbbf576d1cd")),
                                    ("request", ApiSchema.Text("Method and address, secrets masked.", "GET https://example.com/admin")),
                                    ("live", ApiSchema.Text("What became of it.", "200")),
                                    ("candidate", ApiSchema.Text("What would become of it.", "blocked (403)")),
                                    ("rule", ApiSchema.Text("The ref of the last rule that acts.", "no-strangers").OrNull())
                                )
                            )
                        )
                    )
                )
            ),
            ("microseconds", Microseconds),
            ("note", ApiSchema.Text("What was left out.", "2 lists of the account are too large").OrNull()),
            ("problem", ApiSchema.Text("Why nothing can be said, or what is wrong with the change.", "no sample").OrNull()),
            (
                "unable",
                ApiSchema.Flag("Whether nothing was tried: the edge had no request to rehearse it with, or others were before it.", false)
            ),
            (
                "beyond_limits",
                ApiSchema.List(
                    ApiSchema.Text("What is beyond the limits of holdfast.yaml.", "13.8% of 412 requests newly blocked, 5% allowed")
                )
            )
        );

    /// <summary>Has an artifact rehearsed, and answers what came of it.</summary>
    /// <exception cref="ApiException">It could not be rehearsed; the message says why.</exception>
    public static async Task AnswerAsync(HttpContext context, RehearsalDesk desk, ProposedArtifact proposed)
    {
        var answer = await desk.AskAsync(proposed, Caller.Of(context).CredentialId, context.RequestAborted).ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, Of(proposed, answer, desk.Limits)).ConfigureAwait(false);
    }

    private static JsonObject Of(ProposedArtifact proposed, RehearsalAnswer answer, RehearsalLimits limits)
    {
        var report = answer.Report;
        var shown = RehearsalCodec.Encode(report);
        shown.Remove("id");
        foreach (var change in shown["changes"]!.AsArray().OfType<JsonObject>())
        {
            change.Insert(2, "share", Share(change["requests"]!.GetValue<int>(), report));
        }

        shown.Insert(0, "kind", ArtifactKindNames.Of(proposed.Kind));
        shown.Insert(1, "name", proposed.Name);
        shown.Insert(3, "node", answer.Node);
        shown.Insert(4, "edges", answer.Edges);
        shown["beyond_limits"] = new JsonArray([.. limits.Beyond(report).Select(static text => (JsonNode)text)]);
        return shown;
    }

    private static double Share(int requests, RehearsalReport report) => Math.Round(100.0 * requests / Math.Max(1, report.Requests), 1);
}
