using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Logs;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast logs</c></summary>
internal static class LogsCommand
{
    private const string DefaultLines = "100";

    public static Command Create(CliContext context)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with every new request." };
        var edge = new Option<string>("--edge")
        {
            HelpName = "NAME",
            Description = "Which edge's log.",
            DefaultValueFactory = _ => "edge-1",
        };
        var lines = new Option<string>("--lines", "-n")
        {
            HelpName = "N",
            Description = "How many of the newest records, or all.",
            DefaultValueFactory = _ => DefaultLines,
        };
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("logs", "Show the access log.") { follow, edge, lines, data, json };
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var directory = DataDirectory.At(
                    DataDirectory.Resolve(result.GetValue(data), context.Environment, context.CurrentDirectory)
                );
                var name = EdgeName(result.GetRequiredValue(edge));
                var path = directory.LogFile(name);
                var count = Count(result.GetRequiredValue(lines));
                var asJson = result.GetValue(json);
                var width = context.OutIsTerminal && !asJson ? context.CreateConsole().Profile.Width : 0;
                var files = new LogFiles(path, context.Time);
                var (newest, reader) = await files.ReadNewestAsync(count, cancellationToken);
                if (reader is null && newest.Count == 0 && !result.GetValue(follow))
                {
                    if (!Directory.Exists(directory.EdgeDirectory(name)))
                    {
                        throw new CliFailure(
                            $"there is no log {path}",
                            "--edge names another edge, --data another data directory",
                            CliFailure.Failed
                        );
                    }

                    context.Error.WriteLine($"holdfast: {name} has had no request yet");
                }

                foreach (var line in newest)
                {
                    context.Out.WriteLine(asJson ? line : LogLine.Format(line, width));
                }

                context.Out.Flush();
                if (!result.GetValue(follow))
                {
                    reader?.Dispose();
                    return;
                }

                await foreach (var line in files.FollowAsync(reader, cancellationToken))
                {
                    context.Out.WriteLine(asJson ? line : LogLine.Format(line, width));
                    context.Out.Flush();
                }
            }
        );
        return command;
    }

    private static string EdgeName(string edge) =>
        edge.Length > 0 && edge.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? edge
            : throw new CliFailure($"--edge: '{edge}' is not an edge's name", "it is edge-1, edge-2 and so on");

    private static int Count(string text)
    {
        if (text == "all")
        {
            return 0;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new CliFailure($"--lines: '{text}' is neither a number from 1 on nor 'all'");
    }
}
