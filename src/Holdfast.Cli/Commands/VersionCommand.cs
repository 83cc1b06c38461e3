using System.CommandLine;
using System.Runtime.InteropServices;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast version</c></summary>
internal static class VersionCommand
{
    public static Command Create(CliContext context)
    {
        var json = CommonOptions.Json();
        var command = new Command("version", "Show the version.") { json };
        command.SetAction(result =>
        {
            if (result.GetValue(json))
            {
                context.WriteJson(
                    JsonText.Object(writer =>
                    {
                        writer.WriteString("version", CliContext.Version);
                        writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
                    })
                );
            }
            else
            {
                context.Out.WriteLine($"holdfast {CliContext.Version} on {RuntimeInformation.FrameworkDescription}");
            }
        });
        return command;
    }
}
