using System.CommandLine;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast run control</c></summary>
internal static class RunControlCommand
{
    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var listen = new Option<string?>("--listen")
        {
            HelpName = "ADDR",
            Description = "Where the API listens [default: 127.0.0.1:8600].",
        };
        var descriptor = new Option<string?>("--fd-control") { HelpName = "FD", Description = "Listen on this inherited socket instead." };
        var nodeListen = new Option<string?>("--node-listen")
        {
            HelpName = "ADDR",
            Description = "Where edges on other machines may join, over TLS [default: nowhere].",
        };
        var nodeDescriptor = new Option<string?>("--fd-nodes") { HelpName = "FD", Description = "The same on this inherited socket." };
        var faults = RunEdgeCommand.FaultInjection();
        faults.Hidden = true;
        var faulty = FaultyParts.Option();
        var json = CommonOptions.Json();
        var supervised = RunEdgeCommand.Supervised();
        var command = new Command("control", "Run the API alone; systemd may hand it its sockets, named control and nodes.")
        {
            data,
            listen,
            descriptor,
            nodeListen,
            nodeDescriptor,
            faults,
            faulty,
            json,
            supervised,
        };
        command.SetAction(async result =>
        {
            var directory = DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));
            var listeners = new RoleListeners(SocketActivation.From(context.Environment, Environment.ProcessId));
            var listener = listeners.One(
                "control",
                result.GetValue(descriptor),
                "listen",
                result.GetValue(listen),
                UpOptions.DefaultControl
            );
            var nodes = listeners.OneOrNone("nodes", result.GetValue(nodeDescriptor), "node-listen", result.GetValue(nodeListen));
            var token = UpOptionsReader.ReadAdminToken(context.Environment);
            var parts = FaultyParts.Read(result.GetValue(faulty), result.GetValue(faults));
            directory.Create();
            var settings = ConfigurationFile.Read(directory.Root).Api;
            return await RoleProcess.RunAsync(
                context,
                "control",
                "control",
                result.GetValue(supervised),
                result.GetValue(json),
                (logging, ready, cancellationToken) =>
                    Roles.Roles.RunControlAsync(
                        new ControlRoleOptions
                        {
                            DataDirectory = directory.Root,
                            Listener = listener,
                            Nodes = nodes,
                            InitialAdminToken = token,
                            Settings = settings,
                            FaultInjection = result.GetValue(faults),
                            Faulty = parts,
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
