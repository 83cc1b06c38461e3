using System.CommandLine;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Control.Backup;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast restore FILE</c></summary>
internal static class RestoreCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "A backup that 'backup' made." };
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command(
            "restore",
            "Put a backup back into DIR. Control must be stopped; what is there is kept aside. Edges take the restored state when control starts."
        )
        {
            file,
            data,
            json,
        };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var directory = DataDirectory.At(
                    DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory)
                );
                var path = Path.GetFullPath(result.GetRequiredValue(file), context.CurrentDirectory);
                directory.Create();
                try
                {
                    var (manifest, aside) = await ControlBackup.RestoreAsync(directory.Root, path, context.Time, cancellationToken);
                    if (result.GetValue(json))
                    {
                        context.WriteJson(
                            JsonText.Object(body =>
                            {
                                body.WriteString("data", directory.Root);
                                body.WriteString("created_on", manifest.CreatedOn);
                                body.WriteString("aside", aside);
                            })
                        );
                        return;
                    }

                    context.Out.WriteLine($"{directory.Root} is as it was at {manifest.CreatedOn:yyyy-MM-dd HH:mm:ss} UTC");
                    if (aside is not null)
                    {
                        context.Out.WriteLine($"what was there before is in {aside}");
                    }
                }
                catch (BackupException fault)
                {
                    throw new CliFailure(fault.Message, null, CliFailure.Failed);
                }
            }
        );
        return command;
    }
}
