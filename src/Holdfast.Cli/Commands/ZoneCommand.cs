using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary>What commands on one zone have in common: the argument ZONE, the API's options, and the zone's id.</summary>
internal static class ZoneCommand
{
    /// <summary>A command whose first argument is a zone's name.</summary>
    /// <param name="context">The process.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="symbols">Its other arguments and options, after the zone.</param>
    /// <param name="run">Does it.</param>
    public static Command Create(
        CliContext context,
        string name,
        string description,
        IReadOnlyList<Symbol> symbols,
        Func<ZoneCall, CancellationToken, Task> run
    )
    {
        var zone = new Argument<string>("ZONE") { Description = "The zone's name." };
        var command = new Command(name, description) { zone };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var zoneName = ZoneApi.ReadName(result.GetRequiredValue(zone));
                using var control = options.Open(result, context);
                var id = ZoneApi.Text(await ZoneApi.GetAsync(control, zoneName, cancellationToken), "id");
                await run(new ZoneCall(context, result, control, zoneName, id, options.WantsJson(result)), cancellationToken);
            }
        );
        return command;
    }
}

/// <summary>One call of a command on a zone.</summary>
/// <param name="Context">The process.</param>
/// <param name="Result">What was typed.</param>
/// <param name="Control">The API.</param>
/// <param name="Zone">The zone's canonical name.</param>
/// <param name="ZoneId">Its id.</param>
/// <param name="Json">Whether JSON is wanted.</param>
internal sealed record ZoneCall(CliContext Context, ParseResult Result, ControlClient Control, string Zone, string ZoneId, bool Json)
{
    /// <summary>The zone's path in the API.</summary>
    public string Path => $"/client/v4/zones/{ZoneId}";
}
