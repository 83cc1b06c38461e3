using System.CommandLine;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast up</c></summary>
internal static class UpCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "up";

    /// <summary>What stands under the options in the command's help.</summary>
    public const string HelpNotes = """
        ADDR is PORT, :PORT, localhost:PORT (all on 127.0.0.1), IPV4:PORT or
        [IPV6]:PORT; port 0 picks a free one.

        Each option is also an environment variable (HOLDFAST_HTTP for --http) or a
        line in holdfast.yaml in the data directory (http: 127.0.0.1:8080). Flags win
        over environment, environment over file.

        HOLDFAST_ADMIN_TOKEN (20 to 200 visible ASCII characters) sets the first admin
        token instead of generating one, HOLDFAST_STATUS_TOKEN the status page's.
        HOLDFAST_EVIDENCE_TO and HOLDFAST_EVIDENCE_TOKEN have the edges tell other
        status pages how they are.
        HOLDFAST_LOG (debug, information, warning, error) sets how much is logged to
        standard error.
        """;

    /// <summary><c>--upper</c>, which <c>run edge</c> has too.</summary>
    public static Option<string[]> Upper() =>
        new($"--{UpperUrls.Name}")
        {
            HelpName = "URL,...",
            Description = "Edges to ask before the origins for what is not in the cache [HOLDFAST_UPPER].",
        };

    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var http = new Option<string[]>("--http")
        {
            HelpName = "ADDR",
            Description = "Visitors' HTTP, several allowed [default: 127.0.0.1:8080].",
        };
        var https = new Option<string[]>("--https")
        {
            HelpName = "ADDR",
            Description = "Visitors' HTTPS, several allowed [default: 127.0.0.1:8443].",
        };
        var control = new Option<string?>("--control") { HelpName = "ADDR", Description = "The API [default: 127.0.0.1:8600]." };
        var status = new Option<string?>("--status")
        {
            HelpName = "ADDR",
            Description = "The status page, or none [default: 127.0.0.1:8700].",
        };
        var proxy = new Option<string[]>("--proxy")
        {
            HelpName = "NETWORK",
            Description = "A proxy before the status page, whose X-Forwarded-For is believed [default: this machine's].",
        };
        var work = new Option<string?>("--report-work")
        {
            HelpName = "BITS",
            Description = "The work that a visitor's report takes, 1 to 24 [default: 16].",
        };
        var nodeListen = new Option<string?>("--node-listen")
        {
            HelpName = "ADDR",
            Description = "Where edges on other machines may join, over TLS [default: nowhere].",
        };
        var origin = new Option<string?>("--origin")
        {
            HelpName = "URL",
            Description = "Serve every host that has no zone of its own from this site.",
        };
        var upper = Upper();
        var edges = new Option<string?>("--edges")
        {
            HelpName = "N",
            Description = $"How many edge processes, 1 to {UpOptions.MaxEdges} [default: 1].",
        };
        var faults = RunEdgeCommand.FaultInjection();
        var faulty = FaultyParts.Option();
        var json = new Option<bool>("--json") { Description = "One line of JSON on standard output when ready, and nothing else there." };
        var command = new Command(Name, "Start everything on this machine, and keep it running until Ctrl-C.")
        {
            data,
            http,
            https,
            control,
            nodeListen,
            status,
            proxy,
            work,
            origin,
            upper,
            edges,
            faults,
            faulty,
            json,
        };
        command.SetAction(result =>
        {
            var flags = new UpFlags
            {
                Data = result.GetValue(data),
                Http = result.GetValue(http) ?? [],
                Https = result.GetValue(https) ?? [],
                Control = result.GetValue(control),
                NodeListen = result.GetValue(nodeListen),
                Status = result.GetValue(status),
                Proxy = result.GetValue(proxy) ?? [],
                ReportWork = result.GetValue(work),
                Origin = result.GetValue(origin),
                Upper = result.GetValue(upper) ?? [],
                Edges = result.GetValue(edges),
                FaultInjection = result.GetValue(faults),
                Faulty = FaultyParts.Read(result.GetValue(faulty), result.GetValue(faults)),
                Json = result.GetValue(json),
            };
            var options = UpOptionsReader.Read(flags, context.Environment, context.CurrentDirectory);
            return new UpSession(options, context).RunAsync();
        });
        return command;
    }
}
