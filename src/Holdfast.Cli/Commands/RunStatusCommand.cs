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
            json,
            supervised,
        };
        command.SetAction(async result =>
        {
            var directory = DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));
            var listeners = new RoleListeners(SocketActivation.From(context.Environment, Environment.ProcessId));
            var listener = listeners.One("status", result.GetValue(descriptor), "listen", result.GetValue(listen), UpOptions.DefaultStatus);
            var token = UpOptionsReader.ReadStatusToken(context.Environment);
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
                            Logging = logging,
                        },
                        ready,
                        cancellationToken
                    )
            );
        });
        return command;
    }
}
