using Holdfast.Artifacts;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;
using Holdfast.Control.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Control.Tests.Tokens;

/// <summary>The tokens in memory and on disk, when there are many of them.</summary>
public sealed class TokenTableTests
{
    private const int Many = 10_000;

    [Fact]
    public void Find_AmongTenThousand_IsTheOne()
    {
        var table = new TokenTable();
        var texts = Enumerable.Range(0, Many).Select(_ => OpaqueSecret.New("hf_")).ToList();
        var tokens = texts.ConvertAll(Token);
        table.Load(tokens);
        for (var i = 0; i < Many; i += 97)
        {
            Assert.Same(tokens[i], table.Find(texts[i]));
            Assert.Null(table.Find(texts[i][..^1]));
        }

        Assert.Null(table.Find(new string('x', OpaqueSecret.MaxLength + 1)));
        Assert.Null(table.Find(""));
    }

    [Fact]
    public void Put_OfAKnownId_TheOldTextIsForgotten()
    {
        var table = new TokenTable();
        var before = Token("before");
        table.Put(before);
        table.Put(before with { Hash = OpaqueSecret.Hash("after") });
        Assert.Null(table.Find("before"));
        Assert.Equal(before.Id, table.Find("after")!.Id);
        table.Remove(before.Id);
        Assert.Null(table.Find("after"));
        Assert.Empty(table.All);
    }

    [Fact]
    public async Task Uses_OfManyTokens_AreWrittenTogetherEveryMinute()
    {
        using var data = new TemporaryDirectory();
        using var database = ControlDatabase.Open(Path.Combine(data.Path, "control.db"), TimeProvider.System);
        var time = new ManualTime();
        using var store = new TokenStore(database, time);
        var ids = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add((await store.AddAsync(Token($"token-{i}"), AuditScope.System("test"), TestContext.Current.CancellationToken)).Id);
        }

        await using var use = new TokenUse(store, time, NullLogger.Instance);
        use.Start(new Dictionary<string, DateTime>());
        for (var i = 0; i < 1_000; i++)
        {
            use.Note(ids[i % 20]);
        }

        Assert.Empty(await LastUsesAsync(database));
        time.Advance(TokenUse.Interval);
        var deadline = DateTime.UtcNow.AddSeconds(20);
        IReadOnlyDictionary<string, DateTime> uses;
        while ((uses = await LastUsesAsync(database)).Count == 0 && DateTime.UtcNow < deadline)
        {
            await Task.Yield();
        }

        // All of them came with one commit: nobody saw some of them.
        Assert.Equal(20, uses.Count);
        Assert.All(uses.Values, when => Assert.Equal(time.GetUtcNow().UtcDateTime - TokenUse.Interval, when));
    }

    [Fact]
    public async Task Token_WhoseStoredPoliciesCannotBeRead_IsOff()
    {
        using var data = new TemporaryDirectory();
        using var database = ControlDatabase.Open(Path.Combine(data.Path, "control.db"), TimeProvider.System);
        using var store = new TokenStore(database, TimeProvider.System);
        var token = await store.AddAsync(
            Token("text") with
            {
                IsAdmin = false,
            },
            AuditScope.System("test"),
            TestContext.Current.CancellationToken
        );
        using var second = new TokenStore(database, TimeProvider.System);
        await second.LoadAsync();
        Assert.Equal("disabled", second.Table.WithId(token.Id)!.StatusAt(DateTime.UtcNow));
    }

    private static Task<IReadOnlyDictionary<string, DateTime>> LastUsesAsync(ControlDatabase database) =>
        new TokenStore(database, TimeProvider.System).LoadAsync();

    private static ApiToken Token(string text) =>
        new()
        {
            Id = ArtifactId.New(),
            Owner = TokenOwner.User,
            Name = "test",
            Hash = OpaqueSecret.Hash(text),
            IsAdmin = true,
            Policies = [],
            IssuedOn = DateTime.UnixEpoch,
            ModifiedOn = DateTime.UnixEpoch,
        };
}
