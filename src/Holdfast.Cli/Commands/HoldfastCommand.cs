using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Holdfast.Cli.Commands.Drills;
using Holdfast.Cli.Commands.Events;
using Holdfast.Cli.Commands.Features;
using Holdfast.Cli.Commands.Keys;
using Holdfast.Cli.Commands.KillSwitches;
using Holdfast.Cli.Commands.Nodes;
using Holdfast.Cli.Commands.Nodes.Local;
using Holdfast.Cli.Commands.Profiles;
using Holdfast.Cli.Commands.Records;
using Holdfast.Cli.Commands.Releases;
using Holdfast.Cli.Commands.Rules;
using Holdfast.Cli.Commands.Rulesets;
using Holdfast.Cli.Commands.Settings;
using Holdfast.Cli.Commands.StatusPages;
using Holdfast.Cli.Commands.Tokens;
using Holdfast.Cli.Commands.Users;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary>The root of the command line: its commands, and what happens to every failure.</summary>
internal static class HoldfastCommand
{
    /// <summary>Columns of help that goes into a pipe; in a terminal it has the terminal's.</summary>
    private const int PipeWidth = 80;

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="context">The process.</param>
    /// <returns>0, or an exit code of <see cref="CliFailure"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliContext context)
    {
        // No response files and no bundles: '@x' and '-abc' mean what they say.
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        var result = Create(context).Parse(arguments, parser);
        try
        {
            if (result.Action is ParseErrorAction)
            {
                throw new CliFailure(result.Errors[0].Message.TrimEnd('.'), $"see '{context.ProgramName}{PathOf(result)} --help'");
            }

            // Signals are the commands' own: 'up' and 'run' end in good order, the others may just end.
            var exitCode = await result.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = context.Out,
                    Error = context.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                }
            );
            if (result.Action is HelpAction && result.CommandResult.Command.Name == UpCommand.Name)
            {
                context.Out.WriteLine(UpCommand.HelpNotes);
            }

            return exitCode;
        }
        catch (CliFailure failure)
        {
            // Who has no better hint gets the way to the page that says what can be given.
            var hint = failure.Hint is null ? $"; see '{context.ProgramName}{PathOf(result)} --help'" : "";
            context.Error.WriteLine($"holdfast: {failure.Line}{hint}");
            return failure.ExitCode;
        }
        catch (Exception fault) when (context.Environment("HOLDFAST_LOG") is not ("debug" or "trace"))
        {
            // Whatever nobody foresaw is still one line.
            context.Error.WriteLine(
                $"holdfast: {new CliFailure($"{fault.GetType().Name}: {fault.Message}", "HOLDFAST_LOG=debug shows more").Line}"
            );
            return CliFailure.Failed;
        }
    }

    private static RootCommand Create(CliContext context)
    {
        var help = new HelpAction();
        if (!context.OutIsTerminal)
        {
            help.MaxWidth = PipeWidth;
        }

        var root = new RootCommand("Holdfast: an edge network you run yourself.")
        {
            UpCommand.Create(context),
            StatusCommand.Create(context),
            ProvidersCommand.Create(context),
            Group(
                help,
                "zone",
                "Zones: the domains that are served.",
                ZoneAddCommand.Create(context),
                ZoneImportCommand.Create(context),
                ZoneListCommand.Create(context),
                ZoneShowCommand.Create(context),
                ZoneSetCommand.Create(context),
                ZoneRemoveCommand.Create(context)
            ),
            Group(
                help,
                "cert",
                "Certificates: upload one for a zone, or trust those that Holdfast makes itself.",
                CertAddCommand.Create(context),
                CertListCommand.Create(context),
                CertShowCommand.Create(context),
                CertSetCommand.Create(context),
                CertRemoveCommand.Create(context),
                CertTrustCommand.Create(context)
            ),
            Group(
                help,
                "record",
                "DNS records: what a zone's names stand for.",
                RecordAddCommand.Create(context),
                RecordListCommand.Create(context),
                RecordShowCommand.Create(context),
                RecordSetCommand.Create(context),
                RecordRemoveCommand.Create(context)
            ),
            Group(
                help,
                "setting",
                "Settings of a zone.",
                SettingListCommand.Create(context),
                SettingShowCommand.Create(context),
                SettingSetCommand.Create(context)
            ),
            Group(
                help,
                "ruleset",
                "Rules of a zone, phase by phase.",
                RulesetListCommand.Create(context),
                RulesetShowCommand.Create(context),
                RulesetApplyCommand.Create(context),
                RulesetRemoveCommand.Create(context)
            ),
            PurgeCommand.Create(context),
            Group(
                help,
                "kill",
                "Kill switches: parts of the edges that are out of use.",
                KillAddCommand.Create(context),
                KillListCommand.Create(context),
                KillRemoveCommand.Create(context)
            ),
            Group(
                help,
                "features",
                "The bot feature file: what tells programs from people.",
                FeaturesBuildCommand.Create(context),
                FeaturesPublishCommand.Create(context),
                FeaturesShowCommand.Create(context)
            ),
            Group(
                help,
                "release",
                "Releases: what was published, and how far it is on the edges.",
                ReleaseListCommand.Create(context),
                ReleaseShowCommand.Create(context),
                ReleasePlanCommand.Create(context),
                ReleaseWatchCommand.Create(context),
                ReleaseActionCommands.OnItsWay(context, "pause", "Hold a release where it is."),
                ReleaseActionCommands.OnItsWay(context, "resume", "Let a release go on that was held."),
                ReleaseActionCommands.OnItsWay(context, "skip", "Go to the next wave now: do not wait for this one's edges, or its soak."),
                ReleaseActionCommands.OnItsWay(context, "abort", "End a release's rollout, and take it back from the edges that have it."),
                ReleaseActionCommands.Revert(context),
                ReleaseActionCommands.Pin(context),
                ReleaseActionCommands.Unpin(context)
            ),
            Group(
                help,
                "token",
                "API tokens: who may do what.",
                TokenAddCommand.Create(context),
                TokenListCommand.Create(context),
                TokenShowCommand.Create(context),
                TokenSetCommand.Create(context),
                TokenVerifyCommand.Create(context),
                TokenRollCommand.Create(context),
                TokenRemoveCommand.Create(context)
            ),
            Group(
                help,
                "user",
                "Users: the people who can sign in.",
                UserAddCommand.Create(context),
                UserListCommand.Create(context),
                UserShowCommand.Create(context),
                UserSetCommand.Create(context),
                UserRemoveCommand.Create(context)
            ),
            Group(
                help,
                "node",
                "The edge on this machine, without control; edges as control knows them.",
                [
                    NodeShowCommand.Create(context),
                    .. LocalCommands.Create(context),
                    RestartCommand.Create(context),
                    NodeListCommand.Create(context),
                    NodeInviteCommand.Create(context),
                    NodeRemoveCommand.Create(context),
                    NodeTrustCommand.Create(context),
                ]
            ),
            Group(
                help,
                "key",
                "Signing keys: whose releases the edges believe.",
                KeyListCommand.Create(context),
                KeyRotateCommand.Create(context),
                KeyRetireCommand.Create(context)
            ),
            ApplyCommand.Create(context),
            ExportCommand.Create(context),
            Group(
                help,
                "audit",
                "The audit log: who changed what, and whether the log itself is whole.",
                AuditListCommand.Create(context),
                AuditShowCommand.Create(context),
                AuditVerifyCommand.Create(context)
            ),
            Group(help, "statuspage", "The status page, from its store.", StatusPageExportCommand.Create(context)),
            BackupCommand.Create(context),
            RestoreCommand.Create(context),
            LogsCommand.Create(context),
            EventsCommand.Create(context),
            Group(
                help,
                "rules",
                "Rules: expressions, what they do to requests, and how often.",
                RulesCheckCommand.Create(context),
                RulesExplainCommand.Create(context),
                RulesTestCommand.Create(context),
                RulesCountersCommand.Create(context)
            ),
            DrillCommand.Create(context),
            ProveCommand.Create(context),
            Group(
                help,
                "run",
                "Run one role alone, in the foreground; 'up' runs them all.",
                RunEdgeCommand.Create(context),
                RunControlCommand.Create(context),
                RunStatusCommand.Create(context),
                RunTasterCommand.Create(context)
            ),
            Group(
                help,
                "profile",
                "Profiles: several controls, each with its address and token.",
                ProfileAddCommand.Create(context),
                ProfileListCommand.Create(context),
                ProfileRemoveCommand.Create(context)
            ),
            CompletionCommand.Create(context),
            VersionCommand.Create(context),
        };
        root.Options.OfType<HelpOption>().Single().Action = help;
        root.SetAction(help.Invoke);
        return root;
    }

    private static Command Group(HelpAction help, string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Add(command);
        }

        group.SetAction(help.Invoke);
        return group;
    }

    private static string PathOf(ParseResult result)
    {
        var path = "";
        for (var at = result.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult parent; at = parent)
        {
            path = " " + at.Command.Name + path;
        }

        return path;
    }
}
