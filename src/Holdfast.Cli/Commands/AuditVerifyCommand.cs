using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast audit verify</c></summary>
internal static class AuditVerifyCommand
{
    public static Command Create(CliContext context)
    {
        var offline = new Option<bool>("--offline")
        {
            Description = "Read the database file of DIR instead of the API, and check the signature of the log's head.",
        };
        var head = new Option<string?>("--head")
        {
            HelpName = "NUMBER:HASH",
            Description = "A head that you kept elsewhere: the log must contain it.",
        };
        var command = new Command("verify", "Check that no entry of the audit log was changed, inserted or taken out.") { offline, head };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var kept = result.GetValue(head) is { } text ? ReadHead(text) : null;
                var verdict = result.GetValue(offline)
                    ? await OfflineAsync(options.Data(result, context).Root, kept, cancellationToken)
                    : await OnlineAsync(options, result, context, kept, cancellationToken);
                if (options.WantsJson(result))
                {
                    context.WriteJson(
                        JsonText.Object(json =>
                        {
                            json.WriteBoolean("whole", verdict.Problem is null);
                            json.WriteNumber("entries", verdict.Entries);
                            json.WriteString("hash", verdict.LastHash);
                            json.WriteString("problem", verdict.Problem);
                        })
                    );
                }

                if (verdict.Problem is { } problem)
                {
                    throw new CliFailure(
                        $"the audit log is not whole: {problem}",
                        "put the database aside as it is, and look for the entry in a backup",
                        CliFailure.Failed
                    );
                }

                if (!options.WantsJson(result))
                {
                    context.Out.WriteLine($"the audit log is whole: {verdict.Entries} entries");
                    context.Out.WriteLine($"head {verdict.Entries}:{verdict.LastHash}");
                }
            }
        );
        return command;
    }

    private static async Task<AuditVerdict> OnlineAsync(
        ControlOptions options,
        ParseResult result,
        CliContext context,
        AuditHead? kept,
        CancellationToken cancellationToken
    )
    {
        using var control = options.Open(result, context);
        if (kept is null)
        {
            var envelope = await control.CallAsync(HttpMethod.Get, "/holdfast/v1/audit_logs/head", null, cancellationToken);
            kept = AuditHead.TryRead(envelope.GetProperty("result"), out var head) ? head : null;
        }

        return await AuditVerification.RunAsync(EntriesAsync(control, cancellationToken), kept, null, cancellationToken);
    }

    private static async Task<AuditVerdict> OfflineAsync(string data, AuditHead? kept, CancellationToken cancellationToken)
    {
        try
        {
            var keys = new KeyDirectory(data);
            using var trusted = new VerificationKeys(keys.TrustedDirectory, TimeProvider.System);
            var entries = AuditFile.ReadAsync(Path.Combine(data, "control", "control.db"), cancellationToken);
            return kept is null
                ? await AuditVerification.RunAsync(entries, AuditHead.Load(keys.AuditHeadFile), trusted, cancellationToken)
                : await AuditVerification.RunAsync(entries, kept, null, cancellationToken);
        }
        catch (Exception fault) when (fault is ControlDatabaseException or KeyFileException)
        {
            throw new CliFailure(fault.Message, null, CliFailure.Failed);
        }
    }

    private static async IAsyncEnumerable<AuditEntry> EntriesAsync(
        ControlClient control,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var shown in control.ListAsync("/holdfast/v1/audit_logs?direction=asc", cancellationToken))
        {
            yield return AuditEntry.TryRead(shown, out var entry)
                ? entry
                : throw new CliFailure("control showed an entry that is none; is it of another version?", null, CliFailure.Failed);
        }
    }

    private static AuditHead ReadHead(string text)
    {
        var parts = text.Split(':');
        return
            parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && parts[1].Length == AuditEntry.Beginning.Length
            ? new AuditHead
            {
                Sequence = sequence,
                Hash = parts[1].ToLowerInvariant(),
                At = default,
                KeyId = "",
                Signature = "",
            }
            : throw new CliFailure($"--head: '{text}' is not NUMBER:HASH as 'audit verify' shows it");
    }
}
