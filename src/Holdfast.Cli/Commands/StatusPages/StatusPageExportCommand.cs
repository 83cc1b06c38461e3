using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Status.Export;
using Holdfast.Status.Storage;

namespace Holdfast.Cli.Commands.StatusPages;

/// <summary><c>holdfast statuspage export DIR</c></summary>
internal static class StatusPageExportCommand
{
    public static Command Create(CliContext context)
    {
        var target = new Argument<string>("DIR")
        {
            Description = "Where to: a new or an empty folder, or an earlier export, which is replaced in one step.",
        };
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("export", "Write the public page as files; the process that serves it may run or be dead.")
        {
            target,
            data,
            json,
        };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var directory = DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory);
                var path = Path.GetFullPath(result.GetRequiredValue(target), context.CurrentDirectory);
                try
                {
                    var files = await StatusExport.WriteAsync(directory, path, cancellationToken);
                    if (result.GetValue(json))
                    {
                        context.WriteJson(new System.Text.Json.Nodes.JsonObject { ["directory"] = path, ["files"] = files }.ToJsonString());
                        return;
                    }

                    context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files} files in {path}"));
                }
                catch (StatusStoreException fault)
                {
                    throw new CliFailure(fault.Message);
                }
            }
        );
        return command;
    }
}
