using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary>The root of the command line: its commands, and what happens to every failure.</summary>
internal static class HoldfastCommand
{
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
            context.Error.WriteLine($"holdfast: {failure.Line}");
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
        var root = new RootCommand("Holdfast: an edge network you run yourself.")
        {
            UpCommand.Create(context),
            StatusCommand.Create(context),
            Group(
                "zone",
                "Zones: the domains that are served.",
                ZoneAddCommand.Create(context),
                ZoneImportCommand.Create(context),
                ZoneListCommand.Create(context),
                ZoneShowCommand.Create(context),
                ZoneRemoveCommand.Create(context)
            ),
            Group(
                "cert",
                "Certificates: upload one for a zone, or trust those that Holdfast makes itself.",
                CertAddCommand.Create(context),
                CertListCommand.Create(context),
                CertTrustCommand.Create(context)
            ),
            LogsCommand.Create(context),
            Group(
                "run",
                "Run one role alone, in the foreground; 'up' runs them all.",
                RunEdgeCommand.Create(context),
                RunControlCommand.Create(context)
            ),
            VersionCommand.Create(context),
        };
        ShowHelpWithoutSubcommand(root);
        return root;
    }

    private static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Add(command);
        }

        ShowHelpWithoutSubcommand(group);
        return group;
    }

    private static void ShowHelpWithoutSubcommand(Command command) => command.SetAction(result => new HelpAction().Invoke(result));

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
