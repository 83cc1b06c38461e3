using System.CommandLine;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Profiles;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Profiles;

/// <summary><c>holdfast profile add NAME --control URL --token TOKEN</c></summary>
internal static class ProfileAddCommand
{
    public static Command Create(CliContext context)
    {
        var name = new Argument<string>("NAME") { Description = "What you call it; commands take it as --profile NAME." };
        var control = new Option<string>("--control")
        {
            HelpName = "URL",
            Description = "The API's address.",
            Required = true,
        };
        var token = new Option<string?>("--token") { HelpName = "TOKEN", Description = "The token [HOLDFAST_TOKEN]." };
        var command = new Command("add", "Remember a control and a token, or change what is remembered.") { name, control, token };
        command.SetAction(result =>
        {
            var address = ControlAddress.Parse("--control", result.GetRequiredValue(control));
            var text = ControlToken.Given(result.GetValue(token), context.Environment);
            var profileName = result.GetRequiredValue(name);
            if (profileName.Length > 60 || !profileName.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                throw new CliFailure(
                    $"'{Printable.From(profileName)}' is no profile's name",
                    "it has letters, digits, '-', '_' and '.', at most 60"
                );
            }

            var file = ProfileFile.Read(context.Environment);
            file.Put(new Profile(profileName, address, text));
            file.Save();
            context.Out.WriteLine($"profile {profileName} is {address}");
        });
        return command;
    }
}
