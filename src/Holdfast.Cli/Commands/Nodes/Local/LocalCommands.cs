using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.BreakGlass;

namespace Holdfast.Cli.Commands.Nodes.Local;

/// <summary>Break glass: <c>holdfast node pin|unpin|revert|kill|unkill|bypass|unbypass|drain|undrain</c>, on the edge's own machine, without control.</summary>
internal static class LocalCommands
{
    /// <summary>All of them.</summary>
    public static Command[] Create(CliContext context) =>
        [
            AboutOneOrAll(
                context,
                NodeVerb.Pin,
                "pin",
                "Keep a zone, list or certificate as it is on this edge.",
                "Its name or id.",
                "Every zone, list and certificate."
            ),
            AboutOneOrAll(context, NodeVerb.Unpin, "unpin", "Let it follow control again.", "Its name or id.", "Take every pin back."),
            Revert(context),
            Kill(context),
            Unkill(context),
            AboutOneOrAll(
                context,
                NodeVerb.Bypass,
                "bypass",
                "Make this edge a plain forwarder for a zone: no rules, no cache.",
                "The zone's name or id.",
                "Every zone."
            ),
            AboutOneOrAll(
                context,
                NodeVerb.Unbypass,
                "unbypass",
                "Give the zone its rules and its cache back.",
                "The zone's name or id.",
                "Take every bypass back."
            ),
            AboutTheEdge(context, NodeVerb.Drain, "drain", "Say that this edge wants no more visitors; those that come are served."),
            AboutTheEdge(context, NodeVerb.Undrain, "undrain", "Take that back."),
        ];

    private static Command AboutTheEdge(CliContext context, NodeVerb verb, string name, string description)
    {
        var command = new Command(name, description);
        var options = LocalOrder.AddTo(command);
        command.SetAction((result, cancellationToken) => options.GiveAsync(result, context, verb, order => order, cancellationToken));
        return command;
    }

    private static Command AboutOneOrAll(
        CliContext context,
        NodeVerb verb,
        string name,
        string description,
        string what,
        string everythingMeans
    )
    {
        var target = new Argument<string?>("NAME") { Description = what, Arity = ArgumentArity.ZeroOrOne };
        var everything = LocalOrder.Everything(everythingMeans);
        var command = new Command(name, description) { target, everything };
        var options = LocalOrder.AddTo(command);
        command.SetAction(
            (result, cancellationToken) =>
                options.GiveAsync(
                    result,
                    context,
                    verb,
                    order => order with { Target = result.GetValue(target), Everything = result.GetValue(everything) },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Revert(CliContext context)
    {
        var target = new Argument<string>("NAME") { Description = "The name or id of a zone, list or certificate." };
        var generation = new Option<string?>("--generation")
        {
            HelpName = "N",
            Description = "Which; 'node show' lists what is on the disk [default: the one before].",
        };
        var command = new Command("revert", "Go back to a generation on this edge's disk, and stay there until 'unpin'.")
        {
            target,
            generation,
        };
        var options = LocalOrder.AddTo(command);
        command.SetAction(
            (result, cancellationToken) =>
                options.GiveAsync(
                    result,
                    context,
                    NodeVerb.Revert,
                    order =>
                        order with
                        {
                            Target = result.GetRequiredValue(target),
                            Generation = ReadGeneration(result.GetValue(generation)),
                        },
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Kill(CliContext context)
    {
        var subject = new Argument<string>("SUBJECT") { Description = "module, phase, ruleset, rule, action or release." };
        var target = new Argument<string>("TARGET") { Description = "Its name, its id, or a release's generation." };
        var zone = new Option<string?>("--zone") { HelpName = "ZONE", Description = "In this zone." };
        var everywhere = new Option<bool>("--everywhere") { Description = "In every zone." };
        var command = new Command("kill", "Take a part of this edge out of use, as if it were absent.")
        {
            subject,
            target,
            zone,
            everywhere,
        };
        var options = LocalOrder.AddTo(command);
        command.SetAction(
            (result, cancellationToken) =>
                result.GetValue(everywhere) == (result.GetValue(zone) is not null)
                    ? throw new CliFailure("say where: --zone ZONE, or --everywhere")
                    : options.GiveAsync(
                        result,
                        context,
                        NodeVerb.Kill,
                        order =>
                            order with
                            {
                                Subject = result.GetRequiredValue(subject),
                                Killed = result.GetRequiredValue(target),
                                Target = result.GetValue(zone),
                                Everything = result.GetValue(everywhere),
                            },
                        cancellationToken
                    )
        );
        return command;
    }

    private static Command Unkill(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "The kill switch's id, local-..." };
        var command = new Command("unkill", "Take back a kill switch that was set on this machine.") { id };
        var options = LocalOrder.AddTo(command);
        command.SetAction(
            (result, cancellationToken) =>
                options.GiveAsync(
                    result,
                    context,
                    NodeVerb.Unkill,
                    order => order with { Target = result.GetRequiredValue(id) },
                    cancellationToken
                )
        );
        return command;
    }

    private static long? ReadGeneration(string? text) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation >= 1 ? generation
        : throw new CliFailure($"--generation: '{Printable.From(text)}' is not a whole number from 1");
}
