using System.CommandLine;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Releases.Keys;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast node trust KEYFILE</c></summary>
internal static class NodeTrustCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("KEYFILE") { Description = "A public signing key: PEM, P-256." };
        var data = CommonOptions.Data();
        var command = new Command("trust", "Let the edges of DIR believe releases that this key signs, from now on.") { file, data };
        command.SetAction(result =>
        {
            var directory = DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory);
            var path = Path.GetFullPath(result.GetRequiredValue(file), context.CurrentDirectory);
            try
            {
                var (id, added) = TrustedKey.Add(path, new KeyDirectory(directory).TrustedDirectory);
                context.Out.WriteLine(added ? $"key {id} is trusted on this node" : $"key {id} was trusted here already");
            }
            catch (KeyFileException fault)
            {
                throw new CliFailure(fault.Message, null, CliFailure.Failed);
            }
        });
        return command;
    }
}
