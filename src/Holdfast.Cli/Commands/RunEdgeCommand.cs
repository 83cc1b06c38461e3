using System.CommandLine;
using System.Net;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Joining;
using Holdfast.Cli.Roles;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Http3;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast run edge</c></summary>
internal static class RunEdgeCommand
{
    /// <summary>The variable that stands before <c>edge.release_pace</c>.</summary>
    public const string PaceVariable = "HOLDFAST_RELEASE_PACE";

    /// <summary>Longest node name, as a DNS label's.</summary>
    private const int MaxNameLength = 63;

    /// <summary>The name of a node that is told none.</summary>
    private const string DefaultName = "edge-1";

    public static Command Create(CliContext context)
    {
        var data = CommonOptions.Data();
        var name = new Option<string?>("--name")
        {
            HelpName = "NAME",
            Description = $"The node's name [default: {DefaultName}; of a node that has joined: its own].",
        };
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
        var management = new Option<string?>("--management")
        {
            HelpName = "ADDR",
            Description = "Health and metrics [default: 127.0.0.1, a free port].",
        };
        var control = new Option<string?>("--control")
        {
            HelpName = "URL",
            Description = "Where releases come from; without it the edge serves what lies on its disk.",
        };
        var join = new Option<string?>("--join")
        {
            HelpName = "TOKEN",
            Description = "Join the control at URL, which is https, if not done yet [HOLDFAST_JOIN].",
        };
        var upper = UpCommand.Upper();
        var httpDescriptors = new Option<string?>("--fd-http")
        {
            HelpName = "FD,...",
            Description = "Listen on these inherited sockets instead.",
        };
        var httpsDescriptors = new Option<string?>("--fd-https") { HelpName = "FD,...", Description = "The same for HTTPS." };
        var managementDescriptor = new Option<string?>("--fd-management") { HelpName = "FD", Description = "The same for management." };
        var faults = FaultInjection();
        var bypass = new Option<bool>(ChildArguments.Bypass) { Description = "Only forward: no rules, no lists, no cache, in every zone." };
        var faulty = FaultyParts.Option();
        var without = Without();
        var json = CommonOptions.Json();
        var supervised = Supervised();
        var command = new Command("edge", "Run one edge alone; systemd may hand it its sockets, named http, https and management.")
        {
            data,
            name,
            http,
            https,
            management,
            control,
            join,
            upper,
            httpDescriptors,
            httpsDescriptors,
            managementDescriptor,
            faults,
            bypass,
            faulty,
            without,
            json,
            supervised,
        };
        command.SetAction(async result =>
        {
            var directory = DataDirectory.At(DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory));
            var wanted = result.GetValue(name) is { } given ? ReadName(given) : null;
            var listeners = new RoleListeners(SocketActivation.From(context.Environment, Environment.ProcessId));
            var plain = listeners.Several("http", result.GetValue(httpDescriptors), result.GetValue(http), UpOptions.DefaultHttp);
            var encrypted = listeners.Several("https", result.GetValue(httpsDescriptors), result.GetValue(https), UpOptions.DefaultHttps);
            var managed = listeners.One(
                "management",
                result.GetValue(managementDescriptor),
                "management",
                result.GetValue(management),
                new IPEndPoint(IPAddress.Loopback, 0)
            );
            var feed = result.GetValue(control) is { } url ? ControlAddress.Parse("--control", url) : null;
            var token = result.GetValue(join) ?? context.Environment("HOLDFAST_JOIN");
            var parts = FaultyParts.Read(result.GetValue(faulty), result.GetValue(faults));
            directory.Create();
            var file = ConfigurationFile.Read(directory.Root);
            var settings = file.Edge;
            if (context.Environment(PaceVariable) is { Length: > 0 } pace)
            {
                settings = settings with { ReleasePace = new SettingValue([pace], PaceVariable).ReleasePace() };
            }

            settings = settings with { StatusPage = settings.StatusPage ?? StatusPageLink.Read(context.Environment) };
            var evidence = EvidenceSettings.Read(context.Environment);
            var uppers = UpperUrls.Find(result.GetValue(upper) ?? [], context.Environment, file);
            settings.RequireHttp3(Http3Server.IsSupported);
            using var identity = await NodeJoining.IdentityAsync(directory, feed, token, wanted);
            var node = identity?.Name ?? wanted ?? DefaultName;
            return await RoleProcess.RunAsync(
                context,
                "edge",
                node,
                result.GetValue(supervised),
                result.GetValue(json),
                (logging, ready, cancellationToken) =>
                    Roles.Roles.RunEdgeAsync(
                        new EdgeRoleOptions
                        {
                            Name = node,
                            DataDirectory = directory.Root,
                            Http = plain,
                            Https = encrypted,
                            Management = managed,
                            Control = feed,
                            Identity = identity,
                            Uppers = uppers,
                            Evidence = evidence,
                            FaultInjection = result.GetValue(faults),
                            Bypass = result.GetValue(bypass),
                            Faulty = parts,
                            Without = ReadWithout(result.GetValue(without), result.GetValue(faults)),
                            Settings = settings,
                            Logging = logging,
                        },
                        ready,
                        cancellationToken
                    )
            );
        });
        return command;
    }

    /// <summary><c>--fault-injection</c>, which <c>up</c> has too.</summary>
    public static Option<bool> FaultInjection() =>
        new(ChildArguments.FaultInjection)
        {
            Description = "Let tests and drills make the edge fail; only on data that was never served without it.",
        };

    /// <summary><c>--without</c>, which drills write.</summary>
    private static Option<string?> Without() => new("--without") { Hidden = true };

    private static Protections ReadWithout(string? names, bool faultInjection) =>
        ProtectionNames.TryRead(names, out var protections) is { } unknown
            ? throw new CliFailure(
                $"--without: there is no protection '{Printable.From(unknown)}'",
                $"there are {string.Join(", ", ProtectionNames.All)}"
            )
        : protections != Protections.None && !faultInjection ? throw new CliFailure("--without: only with --fault-injection")
        : protections;

    /// <summary>--supervised, which <c>up</c> alone writes.</summary>
    public static Option<bool> Supervised() => new(ChildArguments.Supervised) { Hidden = true };

    private static string ReadName(string name) =>
        name.Length is >= 1 and <= MaxNameLength
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-'
            ? name
            : throw new CliFailure(
                $"--name: '{name}' is not a node's name",
                $"it is 1 to {MaxNameLength} lower-case letters, digits and hyphens"
            );
}
