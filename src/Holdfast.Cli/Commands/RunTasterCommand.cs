using System.CommandLine;
using System.Runtime.InteropServices;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Releases.Tasting;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast run taster</c>, which edges start: loads releases before their edge does. Not for people.</summary>
internal static class RunTasterCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "taster";

    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var faults = RunEdgeCommand.FaultInjection();
        var faulty = FaultyParts.Option();
        var command = new Command(Name, "Load releases before an edge does; edges start it.") { data, faults, faulty };
        command.Hidden = true;
        command.SetAction(async result =>
        {
            var directory = DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));

            // It ends with its edge, which says when.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static signal => signal.Cancel = true);
            await using var output = Console.OpenStandardOutput();
            await using var input = Console.OpenStandardInput();

            // What writes to the console must not speak in between.
            Console.SetOut(Console.Error);
            var parts = FaultyParts.Read(result.GetValue(faulty), result.GetValue(faults));
            var options = new TasterHostOptions
            {
                DataDirectory = directory.Root,
                FaultInjection = result.GetValue(faults),
                BotFeatures = parts.FeaturesAtEdge,
                DiesAt = parts.DiesAt,
            };
            await TasterHost.RunAsync(options, input, output);
            return 0;
        });
        return command;
    }
}
