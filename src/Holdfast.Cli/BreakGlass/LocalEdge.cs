using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.BreakGlass;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Keys;

namespace Holdfast.Cli.BreakGlass;

/// <summary>
/// An edge on this machine, without control: asked over its management listener, and where it does not answer, by files in its directory that
/// its next start reads.
/// </summary>
internal sealed class LocalEdge
{
    // An edge that lives answers at once. A dead one's socket may be held by its supervisor, and then nobody answers.
    private static readonly TimeSpan LifeSign = TimeSpan.FromSeconds(3);

    // A revert is loaded by the taster first, which has up to 5 s, twice.
    private static readonly TimeSpan LongestCommand = TimeSpan.FromSeconds(40);

    private readonly CliContext _context;
    private readonly string _directory;

    private LocalEdge(CliContext context, string name, string directory)
    {
        _context = context;
        Name = name;
        _directory = directory;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Finds an edge that has run on this machine.</summary>
    /// <param name="context">The process.</param>
    /// <param name="data">The data directory.</param>
    /// <param name="wanted">Its name; null where there is only one.</param>
    /// <exception cref="CliFailure">There is none, or several and none was named.</exception>
    public static LocalEdge Find(CliContext context, DataDirectory data, string? wanted)
    {
        var edges = Path.Combine(data.Root, "edges");
        string[] names;
        try
        {
            names = Directory.Exists(edges)
                ? [.. Directory.GetDirectories(edges).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{edges} cannot be read: {fault.Message}", "run it as the edge's user, or as root");
        }

        if (names.Length == 0)
        {
            throw new CliFailure($"no edge has run on {data.Root}", "say where with --data DIR", CliFailure.NotFound);
        }

        if (wanted is not null && !names.Contains(wanted))
        {
            throw new CliFailure(
                $"no edge {Printable.From(wanted)} has run on {data.Root}",
                $"there are {string.Join(", ", names)}",
                CliFailure.NotFound
            );
        }

        var name =
            wanted
            ?? (
                names.Length == 1
                    ? names[0]
                    : throw new CliFailure(
                        $"several edges have run on {data.Root}: {string.Join(", ", names)}",
                        "say which with --node NAME"
                    )
            );
        return new LocalEdge(context, name, Path.Combine(edges, name));
    }

    /// <summary>How the edge stands, as it says itself; null when it does not answer.</summary>
    public async Task<JsonElement?> ShowAsync(CancellationToken cancellationToken)
    {
        if (NodeAddress.Read(_directory) is not { } address)
        {
            return null;
        }

        using var http = Client(LifeSign);
        try
        {
            using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri(address, "/holdfast/node"), cancellationToken));
            var shown = document.RootElement.Clone();

            // A port of a dead edge may be another one's by now.
            return shown.ValueKind == JsonValueKind.Object && shown.TryGetProperty("node", out var node) && node.GetString() == Name
                ? shown
                : null;
        }
        catch (Exception fault)
            when (fault is HttpRequestException or JsonException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return null;
        }
    }

    /// <summary>What was ordered, read from the files of an edge that does not answer.</summary>
    /// <param name="waiting">Commands for its next start.</param>
    public LocalState Ordered(out IReadOnlyList<NodeCommand> waiting)
    {
        var state = new LocalStateFile(_directory).Read(out var problem);
        waiting = new WaitingCommands(_directory).Read(out var worse);
        foreach (var line in new[] { problem, worse }.OfType<string>())
        {
            _context.Error.WriteLine($"holdfast: {line}");
        }

        waiting = [.. waiting.Where(command => !state.Done.Contains(command.Id))];
        return state;
    }

    /// <summary>Has a command done: at once by a running edge, else by its next start.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up; the command may be done all the same.</param>
    /// <returns>What was done, as a sentence, and whether it is done already.</returns>
    /// <exception cref="CliFailure">It was refused, or cannot be given.</exception>
    public async Task<(string Text, bool IsDone)> OrderAsync(NodeCommand command, CancellationToken cancellationToken)
    {
        if (await ShowAsync(cancellationToken) is not null && await SendAsync(command, cancellationToken) is { } said)
        {
            return (said, true);
        }

        try
        {
            await new WaitingCommands(_directory).AddAsync(command, _context.Time, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(
                $"{Name} does not answer, and the order cannot be left for its next start: {fault.Message}",
                "run it as the edge's user, or as root",
                CliFailure.Unreachable
            );
        }

        // It may have started meanwhile, and looked before the order was there.
        return await ShowAsync(cancellationToken) is not null && await SendAsync(command, cancellationToken) is { } late
            ? (late, true)
            : ($"{Name} does not answer: its next start does it", false);
    }

    /// <returns>What was done; null when the edge went away meanwhile.</returns>
    private async Task<string?> SendAsync(NodeCommand command, CancellationToken cancellationToken)
    {
        LocalCredential credential;
        try
        {
            credential = LocalCredential.Load(_directory, Name);
        }
        catch (KeyFileException fault)
        {
            throw new CliFailure(fault.Message, "run it as the edge's user, or as root", CliFailure.NotAllowed);
        }

        var bytes = command.Write();
        var nonce = FeedSecret.NewNonce();
        using var http = Client(LongestCommand);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(NodeAddress.Read(_directory)!, LocalCredential.Path))
        {
            Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        foreach (var (field, value) in credential.Fields(bytes, nonce, _context.Time.GetUtcNow()))
        {
            request.Headers.Add(field, value);
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            var text = document.RootElement.TryGetProperty("text", out var said) ? Printable.From(said.GetString() ?? "") : "";
            var proof = response.Headers.TryGetValues(FeedHeaders.Proof, out var proofs) ? proofs.FirstOrDefault() : null;
            if ((int)response.StatusCode is 401 or 503)
            {
                throw new CliFailure($"{Name} refused: {text}", null, CliFailure.NotAllowed);
            }

            if (!FeedSecret.Same(proof, credential.AnswerProof(nonce)))
            {
                throw new CliFailure($"what answers at {NodeAddress.Read(_directory)} is not {Name}", null, CliFailure.Failed);
            }

            return response.IsSuccessStatusCode
                ? text
                : throw new CliFailure(
                    $"{Name} refused: {text}",
                    null,
                    (int)response.StatusCode == 409 ? CliFailure.Failed : CliFailure.CodeOf((int)response.StatusCode)
                );
        }
        catch (Exception fault)
            when (fault is HttpRequestException or JsonException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            // It died of it perhaps. The order has an id, so that its next start does it once.
            return null;
        }
    }

    /// <summary>A new command's id.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    // Straight there: a proxy named in the environment is not asked for a loopback address.
    private static HttpClient Client(TimeSpan timeout) =>
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = timeout };
}
