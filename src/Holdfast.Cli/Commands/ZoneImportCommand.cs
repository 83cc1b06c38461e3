using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast zone import FILE</c></summary>
internal static class ZoneImportCommand
{
    /// <summary>Zones of one request, which is one transaction.</summary>
    private const int BatchSize = 1_000;

    /// <summary>Bad lines that are shown one by one; the rest is counted.</summary>
    private const int ShownErrors = 100;

    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "Lines of JSON ({\"name\":..,\"origin\":..}) or of name,origin. '-' reads standard input.",
        };
        var command = new Command("import", "Add many zones, or give them other origins. Repeating it changes nothing.") { file };
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var path = result.GetRequiredValue(file);
                using var control = options.Open(result, context);
                using var reader = Open(path, context);
                var import = new Import(control, context, options.WantsJson(result));
                await import.RunAsync(reader, cancellationToken);
                return import.Finish();
            }
        );
        return command;
    }

    private static StreamReader Open(string path, CliContext context)
    {
        if (path == "-")
        {
            return new StreamReader(Console.OpenStandardInput());
        }

        try
        {
            return new StreamReader(Path.Combine(context.CurrentDirectory, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{path} cannot be read: {e.Message}", exitCode: CliFailure.Failed);
        }
    }

    /// <summary>One import: what was sent, what became of it.</summary>
    private sealed class Import(ControlClient control, CliContext context, bool json)
    {
        private readonly List<ZoneLine> _batch = [];
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly List<(long Line, string Message)> _errors = [];
        private readonly long _started = context.Time.GetTimestamp();
        private long _shownAt;
        private long _bad;
        private long _created;
        private long _updated;
        private long _unchanged;

        public async Task RunAsync(StreamReader reader, CancellationToken cancellationToken)
        {
            long number = 0;
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                var zone = ZoneFile.Read(line, number);
                if (zone is { Error: { } error })
                {
                    Bad(number, error);
                }
                else if (zone is not null)
                {
                    // A name that comes again is a change of what stood before it, which must be there first.
                    if (_batch.Count == BatchSize || !_names.Add(zone.Name!))
                    {
                        await SendAsync(cancellationToken);
                        ShowProgress(reader.BaseStream);
                        _names.Add(zone.Name!);
                    }

                    _batch.Add(zone);
                }
            }

            await SendAsync(cancellationToken);
        }

        public int Finish()
        {
            if (_shownAt != 0)
            {
                context.Error.WriteLine();
            }

            if (json)
            {
                context.WriteJson(
                    JsonText.Object(body =>
                    {
                        body.WriteNumber("created", _created);
                        body.WriteNumber("updated", _updated);
                        body.WriteNumber("unchanged", _unchanged);
                        body.WriteNumber("bad", _bad);
                        body.WriteStartArray("errors");
                        foreach (var (line, message) in _errors)
                        {
                            body.WriteStartObject();
                            body.WriteNumber("line", line);
                            body.WriteString("message", message);
                            body.WriteEndObject();
                        }

                        body.WriteEndArray();
                    })
                );
            }
            else
            {
                foreach (var (line, message) in _errors)
                {
                    context.Error.WriteLine($"line {line}: {Printable.From(message)}");
                }

                if (_bad > _errors.Count)
                {
                    context.Error.WriteLine($"and {Number(_bad - _errors.Count)} more bad lines");
                }

                context.Out.WriteLine(
                    $"{Number(_created)} zones added, {Number(_updated)} changed, {Number(_unchanged)} as they were, {Number(_bad)} bad lines left out"
                );
            }

            return _bad == 0 ? 0 : CliFailure.Failed;
        }

        private async Task SendAsync(CancellationToken cancellationToken)
        {
            if (_batch.Count == 0)
            {
                return;
            }

            var envelope = await SendAsync(_batch, cancellationToken);
            var result = envelope.GetProperty("result");
            _created += result.GetProperty("created").GetInt64();
            _updated += result.GetProperty("updated").GetInt64();
            _unchanged += result.GetProperty("unchanged").GetInt64();
            foreach (var error in result.GetProperty("errors").EnumerateArray())
            {
                Bad(_batch[error.GetProperty("index").GetInt32()].Number, error.GetProperty("message").GetString() ?? "");
            }

            _batch.Clear();
            _names.Clear();
        }

        private async Task<System.Text.Json.JsonElement> SendAsync(List<ZoneLine> zones, CancellationToken cancellationToken)
        {
            try
            {
                return await control.CallAsync(
                    HttpMethod.Post,
                    "/holdfast/v1/zones/import",
                    body =>
                    {
                        body.WriteStartArray("zones");
                        foreach (var zone in zones)
                        {
                            body.WriteStartObject();
                            body.WriteString("name", zone.Name);
                            body.WriteString("origin", zone.Origin);
                            body.WriteEndObject();
                        }

                        body.WriteEndArray();
                    },
                    cancellationToken
                );
            }
            catch (CliFailure failure)
            {
                throw new CliFailure(
                    $"stopped before line {zones[0].Number}: {failure.Message}",
                    "everything before it is imported; the same command goes on from there",
                    failure.ExitCode
                );
            }
        }

        private void Bad(long line, string message)
        {
            _bad++;
            if (_errors.Count < ShownErrors)
            {
                _errors.Add((line, message));
            }
        }

        private void ShowProgress(Stream stream)
        {
            if (!context.OutIsTerminal || (_shownAt != 0 && context.Time.GetElapsedTime(_shownAt) < TimeSpan.FromSeconds(0.5)))
            {
                return;
            }

            _shownAt = context.Time.GetTimestamp();
            var done = _created + _updated + _unchanged;
            var share = stream is FileStream { Length: > 0 } file ? $"{100 * file.Position / file.Length} %, " : "";
            var rate = done / Math.Max(0.001, context.Time.GetElapsedTime(_started).TotalSeconds);
            context.Error.Write($"\r{share}{Number(done)} zones, {Number((long)rate)} a second, {Number(_bad)} bad lines   ");
        }

        private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }
}
