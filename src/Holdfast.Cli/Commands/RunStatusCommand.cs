using System.CommandLine;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Status.Subscribers;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast run status</c></summary>
internal static class RunStatusCommand
{
    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var listen = new Option<string?>("--listen")
        {
            HelpName = "ADDR",
            Description = "Where the status page listens [default: 127.0.0.1:8700].",
        };
        var descriptor = new Option<string?>("--fd-status") { HelpName = "FD", Description = "Listen on this inherited socket instead." };
        var proxies = new Option<string[]>("--proxy")
        {
            HelpName = "NETWORK",
            Description =
                "A proxy before the page, an address or network, whose X-Forwarded-For says who reports a problem [default: this machine's].",
        };
        var edges = new Option<string[]>("--edge")
        {
            HelpName = "NAME=URL",
            Description = "An edge to watch at its management listener, with a component of its own; several allowed.",
        };
        var work = new Option<string?>("--report-work")
        {
            HelpName = "BITS",
            Description = "The work that a report takes a browser, 1 to 24; each more is twice as much [default: 16, under a second].",
        };
        var export = new Option<string?>("--export")
        {
            HelpName = "DIR",
            Description = "Write the page as files there on every change [HOLDFAST_STATUS_EXPORT].",
        };
        var then = new Option<string?>("--export-command")
        {
            HelpName = "CMD",
            Description = "Run this by a shell after each export [HOLDFAST_STATUS_EXPORT_COMMAND].",
        };
        var json = CommonOptions.Json();
        var supervised = RunEdgeCommand.Supervised();
        var command = new Command(
            "status",
            "Run the status page alone, on a machine of its own; systemd may hand it its socket, named status."
        )
        {
            data,
            listen,
            descriptor,
            proxies,
            edges,
            work,
            export,
            then,
            json,
            supervised,
        };
        command.SetAction(async result =>
        {
            var directory = DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));
            var listeners = new RoleListeners(SocketActivation.From(context.Environment, Environment.ProcessId));
            var listener = listeners.One("status", result.GetValue(descriptor), "listen", result.GetValue(listen), UpOptions.DefaultStatus);
            var token = UpOptionsReader.ReadStatusToken(context.Environment);
            var folder = Filled(result.GetValue(export), context.Environment("HOLDFAST_STATUS_EXPORT"));
            var after = Filled(result.GetValue(then), context.Environment("HOLDFAST_STATUS_EXPORT_COMMAND"));
            if (after is not null && folder is null)
            {
                throw new CliFailure("--export-command runs after an export", "say where to with --export DIR");
            }

            var evidence = UpOptionsReader.ReadToken(EvidenceSettings.TokenVariable, context.Environment);
            var watched = StatusPageSettings.ReadEdges(result.GetValue(edges) ?? []);
            var mail = Mail(context.Environment);
            directory.Create();
            return await RoleProcess.RunAsync(
                context,
                "status",
                "status",
                result.GetValue(supervised),
                result.GetValue(json),
                (logging, ready, cancellationToken) =>
                    Roles.Roles.RunStatusAsync(
                        new StatusRoleOptions
                        {
                            DataDirectory = directory.Root,
                            Listener = listener,
                            FirstToken = token,
                            Proxies = result.GetValue(proxies) is { Length: > 0 } named
                                ? StatusPageSettings.ReadProxies("--proxy", named)
                                : null,
                            ReportWork = result.GetValue(work) is { } bits ? StatusPageSettings.ReadWork("--report-work", bits) : null,
                            EvidenceToken = evidence,
                            Edges = watched,
                            ExportDirectory = folder is null ? null : Path.GetFullPath(folder, context.CurrentDirectory),
                            ExportCommand = after,
                            Mail = mail,
                            Logging = logging,
                        },
                        ready,
                        cancellationToken
                    )
            );
        });
        return command;
    }

    /// <summary>Where mail goes out. It holds a password, so it is no flag: flags are seen in the list of processes.</summary>
    private static MailSettings? Mail(Func<string, string?> environment)
    {
        const string variable = "HOLDFAST_STATUS_SMTP";
        if (environment(variable) is not { Length: > 0 } server)
        {
            return null;
        }

        try
        {
            return MailSettings.Read(server, environment("HOLDFAST_STATUS_MAIL_FROM") ?? "");
        }
        catch (FormatException fault)
        {
            throw new CliFailure($"{variable}: {fault.Message}");
        }
    }

    private static string? Filled(string? given, string? fallback) =>
        given is { Length: > 0 } ? given
        : fallback is { Length: > 0 } ? fallback
        : null;
}
