using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary>The options of every command that talks to the API.</summary>
internal sealed class ControlOptions
{
    private readonly Option<string?> data = CommonOptions.Data();
    private readonly Option<string?> control = CommonOptions.Control();
    private readonly Option<string?> token = CommonOptions.Token();
    private readonly Option<bool> json = CommonOptions.Json();

    /// <summary>Adds them.</summary>
    public static ControlOptions AddTo(Command command)
    {
        var options = new ControlOptions();
        command.Add(options.json);
        command.Add(options.data);
        command.Add(options.control);
        command.Add(options.token);
        return options;
    }

    /// <summary>Whether JSON is wanted.</summary>
    public bool WantsJson(ParseResult result) => result.GetValue(json);

    /// <summary>The data directory that the options name.</summary>
    public DataDirectory Data(ParseResult result, CliContext context) =>
        DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));

    /// <summary>edge-1 of what runs on this machine's data directory; null when another control is meant or nothing runs.</summary>
    public EdgeUrls? LocalEdge(ParseResult result, CliContext context)
    {
        var here = Data(result, context);
        return result.GetValue(control) is null && RunState.TryRead(here, out var state) && state.Edges.Count > 0 ? state.Edges[0] : null;
    }

    /// <summary>A client for the API that the options name.</summary>
    /// <exception cref="CliFailure">Address or token are not to be had.</exception>
    public ControlClient Open(ParseResult result, CliContext context) =>
        ControlClient.Open(context, Data(result, context), result.GetValue(control), result.GetValue(token));
}
