using Holdfast.Artifacts.Bots;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Bots;

/// <summary>What can be done with the bot feature file.</summary>
internal static class BotFeatureOperations
{
    private const string Path = "/holdfast/v1/bot-features";

    private static readonly ApiSchema Feature = ApiSchema.Object(
        ("name", ApiSchema.Text("What explanations and the log call it; each once.", "ua_command_line")),
        ("expression", ApiSchema.Text("When it holds, in the rules language.", "lower(http.user_agent) contains \"curl/\"")),
        ("weight", ApiSchema.Whole("What it adds to a score of 50, -100 to 100; below 0 it speaks for a program.", -45))
    );

    private static readonly (string, ApiSchema)[] Members =
    [
        ("features", ApiSchema.List(Feature)),
        (
            "least_evidence",
            ApiSchema.Whole($"How far from 50 a request must come to have a score, 1 to {BotFeatureLimits.MostEvidence}.", 20)
        ),
        ("rows", ApiSchema.Whole("How many features were written: as many as there are.", 1)),
        ("any_row_change?", ApiSchema.Flag("Whether their number may differ by any amount from the file before.", false)),
    ];

    private static readonly ApiSchema File = ApiSchema.Object([
        .. Members,
        ("generation", ApiSchema.Whole("Its release's.", 1)),
        ("digest", ApiSchema.Text("SHA-256 of its release.", new string('0', 64))),
        ("created_on", ApiSchema.Time("When it was published.")),
    ]);

    public static ApiOperation Get { get; } =
        new("GET", Path, "bot-features-get", "Show the bot feature file")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Result = File,
        };

    public static ApiOperation Put { get; } =
        new("PUT", Path, "bot-features-update", "Publish a bot feature file")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description = "There is one for the whole installation. It is a release like any other: every edge checks and tastes it first.",
            Body = ApiSchema.Object(Members),
            Result = File,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", Path, "bot-features-delete", "Take the bot feature file out of use: every score is unknown then")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Result = ApiSchema.Object(("id", ApiSchema.Text("Its name.", "bot-features"))),
        };
}
