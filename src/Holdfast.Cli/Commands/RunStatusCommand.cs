using System.CommandLine;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast run status</c></summary>
internal static class RunStatusCommand
{
    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var listen = new Option<string?>("--listen")
        {
            HelpName = "ADDR",
            Description = "Where the status page listens [default: 127.0.0.1:8700].",
        };
        var descriptor = new Option<string?>("--fd-status") { HelpName = "FD", Description = "Listen on this inherited socket instead." };
        var export = new Option<string?>("--export")
        {
            HelpName = "DIR",
            Description = "Write the page as files there on every change [HOLDFAST_STATUS_EXPORT].",
        };
        var then = new Option<string?>("--export-command")
        {
            HelpName = "CMD",
            Description = "Run this by a shell after each export [HOLDFAST_STATUS_EXPORT_COMMAND].",
        };
        var json = CommonOptions.Json();
        var supervised = RunEdgeCommand.Supervised();
        var command = new Command(
            "status",
            "Run the status page alone, on a machine of its own; systemd may hand it its socket, named status."
        )
        {
            data,
            listen,
            descriptor,
            export,
            then,
            json,
            supervised,
        };
        command.SetAction(async result =>
        {
            var directory = DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));
            var listeners = new RoleListeners(SocketActivation.From(context.Environment, Environment.ProcessId));
            var listener = listeners.One("status", result.GetValue(descriptor), "listen", result.GetValue(listen), UpOptions.DefaultStatus);
            var token = UpOptionsReader.ReadStatusToken(context.Environment);
            var folder = Filled(result.GetValue(export), context.Environment("HOLDFAST_STATUS_EXPORT"));
            var after = Filled(result.GetValue(then), context.Environment("HOLDFAST_STATUS_EXPORT_COMMAND"));
            if (after is not null && folder is null)
            {
                throw new CliFailure("--export-command runs after an export", "say where to with --export DIR");
            }

            directory.Create();
            return await RoleProcess.RunAsync(
                context,
                "status",
                "status",
                result.GetValue(supervised),
                result.GetValue(json),
                (logging, ready, cancellationToken) =>
                    Roles.Roles.RunStatusAsync(
                        new StatusRoleOptions
                        {
                            DataDirectory = directory.Root,
                            Listener = listener,
                            FirstToken = token,
                            ExportDirectory = folder is null ? null : Path.GetFullPath(folder, context.CurrentDirectory),
                            ExportCommand = after,
                            Logging = logging,
                        },
                        ready,
                        cancellationToken
                    )
            );
        });
        return command;
    }

    private static string? Filled(string? given, string? fallback) =>
        given is { Length: > 0 } ? given
        : fallback is { Length: > 0 } ? fallback
        : null;
}
