using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Profiles;
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
    private readonly Option<string?> profile = CommonOptions.Profile();
    private readonly Option<bool> json = CommonOptions.Json();

    /// <summary>Adds them.</summary>
    public static ControlOptions AddTo(Command command)
    {
        var options = new ControlOptions();
        command.Add(options.json);
        command.Add(options.data);
        command.Add(options.control);
        command.Add(options.token);
        command.Add(options.profile);
        return options;
    }

    /// <summary>Whether JSON is wanted.</summary>
    public bool WantsJson(ParseResult result) => result.GetValue(json);

    /// <summary>The data directory that the options name.</summary>
    public DataDirectory Data(ParseResult result, CliContext context) =>
        DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));

    /// <summary>edge-1 of what runs on this machine's data directory; null when another control is meant or nothing runs.</summary>
    public EdgeUrls? LocalEdge(ParseResult result, CliContext context) =>
        result.GetValue(control) is null
        && ProfileName(result, context) is null
        && RunState.TryRead(Data(result, context), out var state)
        && state.Edges.Count > 0
            ? state.Edges[0]
            : null;

    /// <summary>A client for the API that the options name. Flags win over the profile, the profile over the environment.</summary>
    /// <exception cref="CliFailure">Address or token are not to be had.</exception>
    public ControlClient Open(ParseResult result, CliContext context)
    {
        var (address, text) = (result.GetValue(control), result.GetValue(token));
        if (ProfileName(result, context) is { } name)
        {
            var kept = ProfileFile.Read(context.Environment).Get(name);
            address ??= kept.Control.GetLeftPart(UriPartial.Authority);
            text ??= kept.Token;
        }

        return ControlClient.Open(context, Data(result, context), address, text);
    }

    private string? ProfileName(ParseResult result, CliContext context) =>
        result.GetValue(profile) ?? (context.Environment("HOLDFAST_PROFILE") is { Length: > 0 } name ? name : null);
}
