using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Idempotency;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;

namespace Holdfast.Control.Tests;

public sealed class IdempotencyTests : IAsyncLifetime
{
    private readonly SettableTime _time = new();
    private TestControl _control = null!;

    public async ValueTask InitializeAsync() => _control = await TestControl.StartAsync(time: _time);

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task Post_Repeated_IsCarriedOutOnceAndAnsweredAlike()
    {
        var (first, _, _) = await PostAsync("key-1", """{"name":"example.com"}""");
        var (again, replayed, tag) = await PostAsync("\"key-1\"", """{"name":"example.com"}""");
        Assert.Equal((HttpStatusCode.OK, true, "\"1\""), (again.Status, replayed, tag));
        Assert.Equal(first.Body.ToJsonString(), again.Body.ToJsonString());
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("key-2", """{"name":"example.com"}""")).Answer.Status);
    }

    [Fact]
    public async Task Post_SameKeyForAnotherBody_Is422AndDoesNothing()
    {
        await PostAsync("key-1", """{"name":"example.com"}""");
        var (other, _, _) = await PostAsync("key-1", """{"name":"example.org"}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 40_022), (other.Status, other.Code));
        Assert.Single((await _control.GetAsync("/client/v4/zones")).Result.AsArray());
    }

    [Fact]
    public async Task Import_RepeatedWithAnotherBoundary_IsTheSameRequest()
    {
        var path = $"/client/v4/zones/{await _control.AddZoneAsync("example.com")}/dns_records/import";
        const string File = "www 300 IN A 192.0.2.1\n";
        var first = await ImportAsync(path, "one", File);
        Assert.Equal((HttpStatusCode.OK, false, 1), (first.Status, first.Replayed, first.Result["recs_added"]!.GetValue<int>()));
        var again = await ImportAsync(path, "quite-another", File, "zone-2.txt");
        Assert.Equal((HttpStatusCode.OK, true, 1), (again.Status, again.Replayed, again.Result["recs_added"]!.GetValue<int>()));

        var other = await ImportAsync(path, "one", "www 300 IN A 192.0.2.2\n");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 40_022), (other.Status, other.Code));
        other = await ImportAsync(path, "one", File, proxied: "true");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 40_022), (other.Status, other.Code));
    }

    [Fact]
    public async Task RequestDigest_OfForms_ToldApartByNamesAndContents()
    {
        (string Boundary, string Body)[] forms =
        [
            ("b", Part("a", "1") + Part("b", "2") + "--b--\r\n"),
            ("b", Part("a", "12") + Part("b", "") + "--b--\r\n"),
            ("b", Part("ab", "12") + "--b--\r\n"),
            ("b", Part("b", "2") + Part("a", "1") + "--b--\r\n"),
            ("b", Part("a", "1")),
            ("other", Part("a", "1")),
            ("", Part("a", "1") + "--b--"),
        ];
        var digests = new List<string>();
        foreach (var (boundary, body) in forms)
        {
            digests.Add(await DigestAsync(boundary, body));
        }

        // The two that are no forms are their bytes.

        Assert.Equal(digests.Count - 1, digests.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(digests[4], digests[5]);

        static string Part(string name, string content) => $"--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n";

        static async Task<string> DigestAsync(string boundary, string body)
        {
            var context = new DefaultHttpContext();
            context.Request.ContentType = $"multipart/form-data; boundary={boundary}";
            using var stream = new MemoryStream();
            stream.Write(Encoding.UTF8.GetBytes(body));
            stream.Position = 0;
            return Convert.ToHexString(await RequestDigest.OfAsync(context.Request, stream, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Post_AfterAnError_IsCarriedOut()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("key-1", """{"name":"-"}""")).Answer.Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("key-1", """{"name":"example.com"}""")).Answer.Status);
    }

    [Fact]
    public async Task Post_AfterADay_IsANewRequest()
    {
        await PostAsync("key-1", """{"name":"example.com"}""");
        _time.Advance(TimeSpan.FromHours(24));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("key-1", """{"name":"example.com"}""")).Answer.Status);
    }

    [Fact]
    public async Task Post_ManyAtOnceWithOneKey_MakeOneZone()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => PostAsync("key-1", """{"name":"example.com"}""")));
        var created = answers
            .Where(answer => answer.Answer.Status == HttpStatusCode.OK)
            .Select(answer => answer.Answer.Result["id"]!.GetValue<string>());
        Assert.Single(created.Distinct());
        Assert.All(answers, answer => Assert.True(answer.Answer.Status is HttpStatusCode.OK or HttpStatusCode.Conflict));
        Assert.All(
            answers.Where(answer => answer.Answer.Status == HttpStatusCode.Conflict),
            answer => Assert.Contains("being carried out", answer.Answer.Error["message"]!.GetValue<string>(), StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("a b")]
    public async Task Post_BadKey_Is400(string key) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(key, """{"name":"example.com"}""")).Answer.Status);

    [Fact]
    public async Task Answer_InTheDatabase_CannotBeRead()
    {
        await PostAsync("key-1", """{"name":"a-name-to-look-for.example","origin":"http://192.0.2.77"}""");
        var (zone, _, _) = await PostAsync("key-1", """{"name":"a-name-to-look-for.example","origin":"http://192.0.2.77"}""");
        var id = zone.Result["id"]!.GetValue<string>();

        // The answer alone has the permissions; zone and release do not.
        foreach (
            var file in Directory
                .GetFiles(Path.Combine(_control.Data, "control"), "control.db*")
                .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
        )
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("#zone:edit", text, StringComparison.Ordinal);
            Assert.DoesNotContain("key-1", text, StringComparison.Ordinal);
        }

        Assert.Equal(32, id.Length);
    }

    [Fact]
    public async Task Post_WhoseAnswerWasLostWithControl_HappensAtMostOnce()
    {
        using var data = new TemporaryDirectory();
        await using (var before = await TestControl.StartAsync(data.Path))
        {
            await PostAsync("key-1", """{"name":"example.com"}""", before);
        }

        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(data.Path, "control", "control.db")};Pooling=False"))
        {
            // As a control that was killed after the zone was made leaves it.
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE idempotency_keys SET Answer = NULL";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await using var after = await TestControl.StartAsync(data.Path);
        var (answer, _, _) = await PostAsync("key-1", """{"name":"example.com"}""", after);
        Assert.Equal((HttpStatusCode.Conflict, 40_009), (answer.Status, answer.Code));
        Assert.Contains("use a new key", answer.Error["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_MoreThanAreKept_ForgetsTheOldest()
    {
        using var data = new TemporaryDirectory();
        using var database = ControlDatabase.Open(Path.Combine(data.Path, "control.db"), TimeProvider.System);
        var store = new IdempotencyStore(database, _time, maxKeys: 3);
        for (byte i = 0; i < 4; i++)
        {
            Assert.Null(await store.BeginAsync([i], [i], TestContext.Current.CancellationToken));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.NotNull(await store.BeginAsync([3], [3], TestContext.Current.CancellationToken));
        Assert.Null(await store.BeginAsync([0], [0], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void SealedAnswer_ForAnotherSecretOrKey_DoesNotOpen()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = "Bearer one";
        var key = SealedAnswer.KeyFor(context.Request, "key-1");
        var box = SealedAnswer.Seal(context.Response, "{}"u8.ToArray(), key, [1]);
        Assert.True(SealedAnswer.TryOpen(box, key, [1], out var answer));
        Assert.Equal((200, "{}"), (answer.Status, answer.Body));
        Assert.False(SealedAnswer.TryOpen(box, key, [2], out _));
        Assert.False(SealedAnswer.TryOpen(box, SealedAnswer.KeyFor(context.Request, "key-2"), [1], out _));
        context.Request.Headers.Authorization = "Bearer two";
        Assert.False(SealedAnswer.TryOpen(box, SealedAnswer.KeyFor(context.Request, "key-1"), [1], out _));
    }

    private async Task<ImportAnswer> ImportAsync(
        string path,
        string boundary,
        string file,
        string name = "zone.txt",
        string proxied = "false"
    )
    {
        using var text = new StringContent(file);
        using var flag = new StringContent(proxied);
        using var form = new MultipartFormDataContent(boundary) { { flag, "proxied" }, { text, "file", name } };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", "import-1");
        using var response = await _control.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
        return new ImportAnswer(new Answer(response.StatusCode, body, null), response.Headers.Contains("Idempotency-Replayed"));
    }

    private sealed record ImportAnswer(Answer Answer, bool Replayed)
    {
        public HttpStatusCode Status => Answer.Status;

        public int Code => Answer.Code;

        public JsonNode Result => Answer.Result;
    }

    private async Task<(Answer Answer, bool Replayed, string? Tag)> PostAsync(string key, string json, TestControl? control = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/client/v4/zones")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var response = await (control ?? _control).Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
        var tag = response.Headers.ETag?.Tag;
        return (new Answer(response.StatusCode, body, tag), response.Headers.Contains("Idempotency-Replayed"), tag);
    }
}
