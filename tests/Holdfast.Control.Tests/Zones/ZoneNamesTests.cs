using Holdfast.Control.Storage;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Tests.Zones;

/// <summary>The names of all zones in memory, while they are read and written.</summary>
public sealed class ZoneNamesTests
{
    private readonly Queue<TaskCompletionSource<ZoneNameIndex>> _loads = new([new(), new()]);
    private readonly ZoneNames _names;

    public ZoneNamesTests()
    {
        var begun = 0;
        _names = new ZoneNames(() => _loads.ElementAt(begun++).Task);
    }

    [Fact]
    public async Task WhatIsCommittedWhileTheyAreRead_IsThere_WhetherItWasReadOrNot()
    {
        var one = _names.NowAsync().AsTask();
        var two = _names.NowAsync().AsTask();
        Commit("new.example", ZoneType.Full);
        Commit("gone.example", null);
        Commit("changed.example", ZoneType.Partial);
        _loads.Peek().SetResult(Of("changed.example", "gone.example", "old.example"));
        foreach (var index in new[] { await one, await two, await _names.NowAsync() })
        {
            Assert.Equal("changed.example new.example old.example", NamesOf(index));
            Assert.Equal("changed.example", NamesOf(index, ZoneType.Partial));
        }
    }

    [Fact]
    public async Task WhatIsCommittedAfterwards_IsThere()
    {
        _loads.Peek().SetResult(Of("old.example"));
        Assert.Equal("old.example", NamesOf(await _names.NowAsync()));
        Commit("new.example", ZoneType.Full);
        Commit("newer.example", ZoneType.Full);
        Commit("new.example", null);
        Assert.Equal("newer.example old.example", NamesOf(await _names.NowAsync()));
    }

    [Fact]
    public async Task WhenTheyCannotBeRead_TheNextTriesAgain()
    {
        var one = _names.NowAsync().AsTask();
        var two = _names.NowAsync().AsTask();
        _loads.Peek().SetException(new StorageUnavailableException("damaged", "damaged"));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => one);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => two);
        _loads.ElementAt(1).SetResult(Of("a.example"));
        Assert.Equal("a.example", NamesOf(await _names.NowAsync()));
    }

    [Fact]
    public async Task Forgotten_TheyAreReadAgain_AndWhatIsBeingReadIsNotBelieved()
    {
        var one = _names.NowAsync().AsTask();
        _names.Forget();
        _loads.Peek().SetResult(Of("old.example"));
        _loads.ElementAt(1).SetResult(Of("new.example"));
        Assert.Equal("new.example", NamesOf(await one));
    }

    private void Commit(string name, ZoneType? type) => _names.Committed(new Dictionary<string, ZoneType?> { [name] = type });

    private static ZoneNameIndex Of(params string[] names) =>
        ZoneNameIndex.Empty.With(names.ToDictionary(name => name, _ => (ZoneType?)ZoneType.Full));

    private static string NamesOf(ZoneNameIndex index, params ZoneType[] types) =>
        string.Join(
            ' ',
            index.Find(new ZoneFilter { Types = types.Length > 0 ? types : null }, new HashSet<string>(), false, 0, 100).Names
        );
}
