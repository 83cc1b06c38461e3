using Holdfast.Artifacts.Lists;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Tests.Listening;
using Holdfast.Model.Lists;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Tests.Guard;

/// <summary>The defect of 29 October 2025: a list of one build and rules of another, fatal together and long after both were loaded.</summary>
public class LateListReaderTests
{
    private const int List = 0;
    private const int Zone = 1;

    private readonly ManualClock _time = new();
    private readonly Dictionary<int, (ArtifactKind Kind, long Generation, byte[] Payload)> _live = [];
    private readonly LateListReader _reader;

    public LateListReaderTests() => _reader = new LateListReader(Live, Read, new FaultInjection(), _time);

    [Fact]
    public void ListOfNetworks_NamedByAZone_IsMetLongAfterBothAreInUse()
    {
        PutList(1);
        PutZone("ip.src in $offices");
        Assert.False(After(300));
        PutList(2, "192.0.2.0/24");
        Assert.False(After(0));
        Assert.False(After(LateListReader.Lateness.TotalSeconds - 1));
        Assert.True(After(2));

        PutList(3, "192.0.2.1");
        Assert.False(After(0));
        Assert.False(After(300));
    }

    [Fact]
    public void EachAlone_IsReadWithoutTrouble()
    {
        PutList(1, "192.0.2.0/24");
        PutZone("ip.src in $others");
        Assert.False(After(0));
        Assert.False(After(300));
    }

    [Fact]
    public void FaultPoint_IsNamedAndEndsTheProcessOnlyWhereItIsTold()
    {
        Assert.Equal("list_reader_meets_newer_form", FaultInjection.NameOf(FaultPoint.ListReaderMeetsNewerForm));
        using var faults = FaultInjection.With([FaultPoint.ListReaderMeetsNewerForm]);
        Assert.Equal(
            [(FaultPoint.ListReaderMeetsNewerForm, FaultAction.Kill)],
            faults.Tripped.Select(static fault => (fault.Point, fault.Action))
        );
    }

    private bool After(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return _reader.MeetsNewerForm();
    }

    private void PutList(long generation, params string[] items) =>
        _live[List] = (
            ArtifactKind.List,
            generation,
            ListArtifact.Write(
                new ListConfig
                {
                    Id = Id(List),
                    Name = "offices",
                    Kind = ListKind.Ip,
                    Items = [.. items],
                }
            )
        );

    private void PutZone(string rule) =>
        _live[Zone] = (ArtifactKind.Zone, 1, System.Text.Encoding.UTF8.GetBytes($$"""{"rules":["{{rule}}"]}"""));

    private static string Id(int artifact) => artifact.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(32, '0');

    private IEnumerable<StoredArtifact> Live() =>
        _live.Select(entry => new StoredArtifact(entry.Key, entry.Value.Kind, entry.Value.Generation, 0, Removed: false));

    private Release Read(StoredArtifact artifact) =>
        RehearsalScript.ReleaseOf(new RehearsalOrder("", artifact.Kind, Id(artifact.Number), 1, _live[artifact.Number].Payload));
}
