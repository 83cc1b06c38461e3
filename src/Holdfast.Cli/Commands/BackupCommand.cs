using System.CommandLine;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Control.Backup;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast backup FILE</c></summary>
internal static class BackupCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The backup to make; it must not be there yet." };
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command(
            "backup",
            "Save control's database and all keys of DIR in one file, also while it runs. Keep the file as you keep passwords."
        )
        {
            file,
            data,
            json,
        };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var directory = DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory);
                var path = Path.GetFullPath(result.GetRequiredValue(file), context.CurrentDirectory);
                try
                {
                    var manifest = await ControlBackup.CreateAsync(directory, path, context.Time, cancellationToken);
                    var bytes = new FileInfo(path).Length;
                    if (result.GetValue(json))
                    {
                        context.WriteJson(
                            JsonText.Object(body =>
                            {
                                body.WriteString("file", path);
                                body.WriteNumber("bytes", bytes);
                                body.WriteNumber("files", manifest.Files.Count);
                                body.WriteString("created_on", manifest.CreatedOn);
                            })
                        );
                    }
                    else
                    {
                        context.Out.WriteLine($"{path} holds {manifest.Files.Count} files of {directory}, {bytes} bytes");
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
