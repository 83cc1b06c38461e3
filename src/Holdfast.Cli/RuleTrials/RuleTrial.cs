using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Cli.Commands;
using Holdfast.Cli.Commands.Features;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Explaining;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.RuleTrials;

/// <summary>What commands that try rules have in common: which rules, and an edge's classes to run them.</summary>
internal sealed class RuleTrial
{
    private const string NobodysZone = "example.com";

    private readonly Option<string?> zone = new("--zone")
    {
        HelpName = "NAME",
        Description = "The zone whose rules they are, asked of control.",
    };
    private readonly Option<string?> rules = new("--rules")
    {
        HelpName = "FILE",
        Description =
            "Rules from a file: an array of rules, or what 'ruleset show --json' writes, or an array of those. With --zone they take the place of the zone's rules of their phases.",
    };
    private readonly Option<string> phase = new("--phase")
    {
        HelpName = "NAME",
        Description = "The phase of rules that name none [default: http_request_firewall_custom].",
        DefaultValueFactory = _ => "http_request_firewall_custom",
    };
    private readonly Option<string?> ip = new("--ip")
    {
        HelpName = "ADDR",
        Description = "The visitor's address, where the request does not say it [default: 127.0.0.1].",
    };
    private readonly Option<string?> country = new("--country")
    {
        HelpName = "XX",
        Description = "The visitor's country, instead of looking it up.",
    };
    private readonly Option<bool> http = new("--http") { Description = "The request came by HTTP, not HTTPS, where it does not say it." };

    private readonly Option<string?> features = new("--features")
    {
        HelpName = "FILE",
        Description = "The bot feature file that scores the request; without one bot scores are unknown.",
    };

    /// <summary>Adds the options.</summary>
    public static RuleTrial AddTo(Command command)
    {
        var trial = new RuleTrial();
        command.Add(trial.zone);
        command.Add(trial.rules);
        command.Add(trial.phase);
        command.Add(trial.ip);
        command.Add(trial.country);
        command.Add(trial.http);
        command.Add(trial.features);
        return trial;
    }

    /// <summary>What holds for what requests do not say.</summary>
    public RequestSketch Defaults(ParseResult result, CliContext context)
    {
        var sketch = new RequestSketch
        {
            Message = default,
            At = context.Time.GetUtcNow(),
            Country = result.GetValue(country),
            IsHttps = !result.GetValue(http),
        };
        return result.GetValue(ip) is { } text ? sketch with { Client = SketchReader.Address(text, "--ip") } : sketch;
    }

    /// <summary>The rules that the options name.</summary>
    /// <param name="result">What was typed.</param>
    /// <param name="context">The process.</param>
    /// <param name="options">How control is called.</param>
    /// <param name="otherwise">The zone when none is named, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliFailure">They cannot be had, or none are named.</exception>
    public async Task<TriedRules> RulesAsync(
        ParseResult result,
        CliContext context,
        ControlOptions options,
        string? otherwise,
        CancellationToken cancellationToken
    )
    {
        var file = result.GetValue(rules) is { } path
            ? RuleFile.Read(Path.Combine(context.CurrentDirectory, path), result.GetRequiredValue(phase))
            : (ImmutableArray<RulesetConfig>?)null;
        if ((result.GetValue(zone) ?? (file is null ? otherwise : null)) is not { } name)
        {
            return file is { } alone
                ? new TriedRules(Zone(NobodysZone, null, alone), null)
                : throw new CliFailure("no rules are named", "give --zone NAME, --rules FILE, or both");
        }

        name = ZoneApi.ReadName(name);
        using var control = options.Open(result, context);
        var id = ZoneApi.Text(await ZoneApi.GetAsync(control, name, cancellationToken), "id");
        var live = await LiveRules.GetAsync(control, id, cancellationToken);
        return file is { } wanted
            ? new TriedRules(Zone(name, id, LiveRules.With(live, wanted)), Zone(name, id, live))
            : new TriedRules(Zone(name, id, live), null);
    }

    /// <summary>An edge's classes for a zone.</summary>
    /// <exception cref="CliFailure">The bot feature file is none.</exception>
    public RuleExplainer Explainer(ZoneConfig zone, ParseResult result, CliContext context) =>
        new(
            zone,
            "LOC",
            NullLoggerFactory.Instance,
            context.Time,
            result.GetValue(features) is { } file ? FeatureFile.Read(context, file) : null
        );

    private static ZoneConfig Zone(string name, string? id, ImmutableArray<RulesetConfig> rulesets) =>
        new()
        {
            Id = id ?? new string('0', 32),
            Name = name,
            Rulesets = rulesets,
        };
}

/// <summary>Rules to be tried.</summary>
/// <param name="Tried">The zone with them.</param>
/// <param name="Live">The zone with the rules that are live, when others are tried; else null.</param>
internal sealed record TriedRules(ZoneConfig Tried, ZoneConfig? Live);
