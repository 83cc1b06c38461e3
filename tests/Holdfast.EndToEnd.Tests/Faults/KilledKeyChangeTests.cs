using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Faults;

/// <summary>
/// kill -9 of control while it takes a new signing key or retires an old one: as soon as a step of it shows on the disk, and as soon as it is
/// answered. What a start finds between any two steps is enumerated in <c>KilledWritesTests</c> of <c>Holdfast.Control.Tests</c>; here the
/// process really dies, and the edge goes on.
/// </summary>
public sealed class KilledKeyChangeTests
{
    [Fact]
    public async Task Control_KilledWhileItChangesKeys_HasDoneItOrNotAndTheEdgeFollows()
    {
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var keys = new Keys(Path.Combine(data, "keys"));
        var log = Path.Combine(data, "control", "control.db-wal");
        (string Step, Func<Moment, bool> Shows)[] steps =
        [
            ("sent", _ => true),
            ("the next key is made", _ => File.Exists(keys.Next)),
            ("the log grows", moment => LengthOf(log) != moment.Log),
            ("the keys that are trusted change", moment => !keys.Trusted().SequenceEqual(moment.Trusted)),
            ("the signing key changes", moment => keys.Signing() != moment.Signing),
            ("answered", moment => moment.Request.IsCompleted),
        ];
        var holdfast = await HoldfastUnderTest.StartAsync(data);
        try
        {
            var changes = 0;
            foreach (var (step, shows) in steps)
            {
                var (before, _) = await ListAsync(holdfast);
                var answer = await KilledAsync(HttpMethod.Post, "", shows);

                // The edge takes what is signed now, and has by then all that was signed before: it keeps keys in the same directory.
                await holdfast.ZoneAsync($"z{++changes}.example.com", "http://192.0.2.1");
                var (signing, former) = await ListAsync(holdfast);
                Assert.Equal(answer?["id"]!.GetValue<string>() ?? signing, signing);
                Assert.Equal(signing == before ? [] : new[] { before }, former);

                // The key before it, retired the same way.
                foreach (var old in former)
                {
                    var acknowledged = await KilledAsync(HttpMethod.Delete, $"/{old}?force=true", shows) is not null;
                    await holdfast.ZoneAsync($"z{++changes}.example.com", "http://192.0.2.1");
                    var (still, left) = await ListAsync(holdfast);
                    Assert.Equal(signing, still);
                    Assert.True(!acknowledged || left.Length == 0, $"{step}: the retirement was acknowledged and is lost");
                    if (left.Length > 0)
                    {
                        await holdfast.ApiAsync(HttpMethod.Delete, $"/holdfast/v1/signing_keys/{old}?force=true");
                    }

                    Assert.Equal([signing], keys.Trusted());
                }
            }

            (await holdfast.CommandAsync("audit", "verify")).Succeeded();
        }
        finally
        {
            await holdfast.DisposeAsync();
        }

        // The answer, or null when the process died before there was one. The rest of the machine goes with it, and is started again.
        async Task<JsonNode?> KilledAsync(HttpMethod method, string path, Func<Moment, bool> shows)
        {
            var moment = new Moment(LengthOf(log), keys.Trusted(), keys.Signing(), SendAsync(holdfast, method, path));
            while (!shows(moment) && !moment.Request.IsCompleted)
            {
                await Task.Yield();
            }

            Signals.Send(holdfast.ProcessOf("control"), Signals.Kill);
            await holdfast.DisposeAsync();
            var answer = await moment.Request;
            holdfast = await HoldfastUnderTest.StartAsync(data);
            return answer;
        }
    }

    private static async Task<(string Signing, string[] Former)> ListAsync(HoldfastUnderTest holdfast)
    {
        var keys = (await holdfast.ApiAsync(HttpMethod.Get, "/holdfast/v1/signing_keys?per_page=50")).AsArray();
        var signing = Assert.Single(keys, key => key!["status"]!.GetValue<string>() == "signing");
        return (signing!["id"]!.GetValue<string>(), [.. keys.Where(key => key != signing).Select(key => key!["id"]!.GetValue<string>())]);
    }

    /// <returns>The answer's result; null when the process died before there was one.</returns>
    private static async Task<JsonNode?> SendAsync(HoldfastUnderTest holdfast, HttpMethod method, string path)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        // With a body the client does not send it again by itself when the connection breaks.
        using var request = new HttpRequestMessage(method, new Uri(holdfast.Control, $"/holdfast/v1/signing_keys{path}"))
        {
            Content = new StringContent("{}"),
        };
        var token = (await File.ReadAllTextAsync(Path.Combine(holdfast.Data, "cli-token"))).Trim();
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!["result"];
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>How it was when the request was sent.</summary>
    private sealed record Moment(long Log, string[] Trusted, string Signing, Task<JsonNode?> Request);

    /// <summary>Control's key files.</summary>
    private sealed record Keys(string Directory)
    {
        public string Next => Path.Combine(Directory, "signing.next.pem");

        public string[] Trusted() =>
            [
                .. System
                    .IO.Directory.GetFiles(Path.Combine(Directory, "trusted"), "*.pub")
                    .Select(path => Path.GetFileNameWithoutExtension(path))
                    .Order(StringComparer.Ordinal),
            ];

        public string Signing() => File.ReadAllText(Path.Combine(Directory, "signing.pem"));
    }
}
