using System.CommandLine;
using Holdfast.Cli.Profiles;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Profiles;

/// <summary><c>holdfast profile remove NAME</c></summary>
internal static class ProfileRemoveCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "The profile's name." };
        var command = new Command("remove", "Forget a profile.") { name };
        command.SetAction(result =>
        {
            var file = ProfileFile.Read(context.Environment);
            file.Remove(result.GetRequiredValue(name));
            file.Save();
            context.Out.WriteLine($"profile {result.GetRequiredValue(name)} is removed");
        });
        return command;
    }
}
