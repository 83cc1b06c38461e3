using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast audit show NUMBER</c></summary>
internal static class AuditShowCommand
{
    public static Command Create(CliContext context)
    {
        var number = new Argument<long>("NUMBER") { Description = "The entry's number; 'audit list' shows it." };
        var command = new Command("show", "Show one entry of the audit log, with what was there before and afterwards.") { number };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var sequence = result.GetRequiredValue(number);
                if (sequence < 1)
                {
                    throw new CliFailure($"NUMBER: {sequence} is not a number from 1", "'audit list' shows the numbers that there are");
                }

                using var control = options.Open(result, context);
                var path = string.Create(CultureInfo.InvariantCulture, $"/holdfast/v1/audit_logs/{sequence}");
                var envelope = await control.CallAsync(HttpMethod.Get, path, null, cancellationToken);
                Listing.WriteOne(context, options.WantsJson(result), envelope.GetProperty("result"));
            }
        );
        return command;
    }
}
