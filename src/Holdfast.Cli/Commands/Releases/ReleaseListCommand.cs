using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Releases;

/// <summary><c>holdfast release list</c></summary>
internal static class ReleaseListCommand
{
    private const int DefaultCount = 20;
    private const int MostCount = 1_000;

    public static Command Create(CliContext context)
    {
        var artifact = new Argument<string?>("ARTIFACT")
        {
            Description = "Only of this artifact: KIND/NAME such as zone/example.com, or a KIND alone.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var active = new Option<bool>("--active") { Description = "Only those on their way, or held by a pin." };
        var failed = new Option<bool>("--failed") { Description = "Only those that an edge refused or took back." };
        var count = new Option<int>("--count", "-n")
        {
            HelpName = "N",
            Description = $"How many of the newest [default: {DefaultCount}].",
            DefaultValueFactory = _ => DefaultCount,
        };
        var command = new Command("list", "List what was published, newest first, and what became of it on the edges.")
        {
            artifact,
            active,
            failed,
            count,
        };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var most = result.GetValue(count);
                if (most is < 1 or > MostCount)
                {
                    throw new CliFailure($"--count: {most} is not a number from 1 to {MostCount}");
                }

                if (result.GetValue(active) && result.GetValue(failed))
                {
                    throw new CliFailure("--active and --failed are two questions: give one of them");
                }

                using var control = options.Open(result, context);
                var state =
                    result.GetValue(active) ? "&state=active"
                    : result.GetValue(failed) ? "&state=failed"
                    : "";
                var path = $"/holdfast/v1/releases?per_page={most}{Filter(result.GetValue(artifact))}{state}";
                var envelope = await control.CallAsync(HttpMethod.Get, path, null, cancellationToken);
                await Listing.WriteAsync(
                    context,
                    options.WantsJson(result),
                    envelope.GetProperty("result").EnumerateArray().ToAsyncEnumerable(),
                    state.Length > 0 ? "none" : "nothing was published yet",
                    ("release", ReleaseText.Short),
                    ("published", release => ReleaseText.Time(ZoneApi.Text(release, "created_on"))),
                    ("state", ReleaseText.State),
                    ("edges", ReleaseText.Edges),
                    ("note", ReleaseText.Note)
                );
            }
        );
        return command;
    }

    private static string Filter(string? artifact)
    {
        if (artifact is null)
        {
            return "";
        }

        if (!artifact.Contains('/'))
        {
            return $"&kind={Uri.EscapeDataString(artifact)}";
        }

        var reference = ReleaseReference.Parse(artifact);
        return $"&kind={Uri.EscapeDataString(reference.Kind)}&name={Uri.EscapeDataString(reference.Name)}";
    }
}
