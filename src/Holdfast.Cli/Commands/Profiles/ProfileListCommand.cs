using System.CommandLine;
using Holdfast.Cli.Profiles;
using Holdfast.Cli.Terminal;
using Spectre.Console;

namespace Holdfast.Cli.Commands.Profiles;

/// <summary><c>holdfast profile list</c></summary>
internal static class ProfileListCommand
{
    public static Command Create(CliContext context)
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "List the profiles; tokens are not shown.") { json };
        command.SetAction(result =>
        {
            var profiles = ProfileFile.Read(context.Environment).All.ToList();
            if (result.GetValue(json))
            {
                var objects = profiles.Select(profile =>
                    JsonText.Object(body =>
                    {
                        body.WriteString("name", profile.Name);
                        body.WriteString("control", profile.Control.ToString());
                    })
                );
                context.WriteJson($"[{string.Join(',', objects)}]");
                return;
            }

            if (profiles.Count == 0)
            {
                context.Out.WriteLine($"no profiles; add one with '{context.ProgramName} profile add NAME --control URL --token TOKEN'");
                return;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("profile", "control");
            foreach (var profile in profiles)
            {
                table.AddRow(new Text(profile.Name), new Text(profile.Control.ToString()));
            }

            context.CreateConsole().Write(table);
        });
        return command;
    }
}
