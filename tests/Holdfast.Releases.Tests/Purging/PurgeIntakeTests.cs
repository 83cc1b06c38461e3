using System.Text;
using CsCheck;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Tests.Purging;

/// <summary>An edge's end of the purge log: what is put into effect, what is remembered, and when everything is purged instead.</summary>
public sealed class PurgeIntakeTests : IDisposable
{
    private const string Log = "11111111111111111111111111111111";
    private const string OtherLog = "22222222222222222222222222222222";
    private const string Zone = "353e105f4ecef8ad9ca31a8372d0c023";

    private readonly Fixture _fixture = new();
    private readonly Noted _noted = new();

    private string Journal => Path.Combine(_fixture.Root, "edge", "purges");

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void APurge_IsInEffectAndRemembered()
    {
        var marks = new Marks();
        using (var intake = Start(marks))
        {
            Connect(intake, At(0), Message(1, PurgeKind.Tag, "red", "blue"), Message(2, PurgeKind.Everything), At(2));
            Assert.Equal(["1 Tag red,blue", "2 Everything "], marks.Applied);
            Assert.Equal(new PurgePosition(Log, 2), intake.Position);
        }

        var next = new Marks();
        using var again = Start(next);
        Assert.Equal(new PurgePosition(Log, 2), again.Position);
        Assert.Equal(marks.Kept, next.Kept);
        Connect(again, At(2), Message(3, PurgeKind.Host, "example.com"), At(3));
        Assert.Equal(["3 Host example.com"], next.Applied);
        Assert.Equal((1, 0), (marks.All, next.All));
    }

    [Fact]
    public void WhatACrashTookFromTheJournalsEnd_ComesAgain()
    {
        using (var intake = Start(new Marks()))
        {
            Connect(intake, At(0), Message(1, PurgeKind.Tag, "red"), At(1));
        }

        // A half-written line of a second purge, whose position never got there.
        File.AppendAllText(Journal, "0badc0de {\"number\":");
        var marks = new Marks();
        using var again = Start(marks);
        Assert.Equal(new PurgePosition(Log, 1), again.Position);
        Assert.Equal("red", Assert.Single(marks.Kept).Value);
        Connect(again, At(1), Message(2, PurgeKind.Tag, "blue"), At(2));
        Assert.Equal(["2 Tag blue"], marks.Applied);

        // And the next start finds a whole file.
        var last = new Marks();
        using var after = Start(last);
        Assert.Equal(2, last.Kept.Count);
        Assert.Empty(_noted.Problems);
    }

    [Fact]
    public void ADamagedJournal_PurgesEverything()
    {
        using (var intake = Start(new Marks()))
        {
            Connect(intake, At(0), Message(1, PurgeKind.Tag, "red"), At(1));
        }

        var bytes = File.ReadAllBytes(Journal);
        bytes[20] ^= 1;
        File.WriteAllBytes(Journal, bytes);
        var marks = new Marks();
        using var again = Start(marks);
        Assert.Equal((1, PurgePosition.None), (marks.All, again.Position));
        Assert.Contains("damaged", Assert.Single(_noted.Problems).Reason);
    }

    [Theory]
    [InlineData(Log, 5, true)]
    [InlineData(Log, 1, true)]
    [InlineData(OtherLog, 3, true)]
    [InlineData(Log, 3, false)]
    public void AConnectionThatBeginsElsewhere_PurgesEverything(string log, long sequence, bool everything)
    {
        var marks = new Marks();
        using var intake = Start(marks);
        Connect(intake, At(3));
        Assert.Equal(1, marks.All);
        Connect(intake, new FeedMessage(0, null) { Purged = new PurgePosition(log, sequence) });
        Assert.Equal(everything ? 2 : 1, marks.All);
        Assert.Equal(new PurgePosition(log, sequence), intake.Position);
        Assert.Equal(everything ? 1 : 0, _noted.All.Count);
    }

    [Fact]
    public void APurgeThatIsSupersededInTheLog_IsNotMissed()
    {
        var marks = new Marks();
        using var intake = Start(marks);
        Connect(intake, At(0), Message(4, PurgeKind.Everything), At(4));
        Assert.Equal((1, new PurgePosition(Log, 4)), (marks.All, intake.Position));
    }

    [Fact]
    public void AForgedOrForeignPurge_IsRefusedAndTheNextOneTaken()
    {
        using var stranger = new Fixture();
        var marks = new Marks();
        using var intake = Start(marks);
        var good = Signed(_fixture, Log, 1, PurgeKind.Tag, "red");
        var payload = good.Payload.ToArray();
        payload[^3] ^= 1;
        Connect(
            intake,
            At(0),
            Message(Signed(stranger, Log, 1, PurgeKind.Everything)),
            Message(good with { Payload = payload }),
            Message(good with { Signature = new byte[64] }),
            Message(Signed(_fixture, OtherLog, 1, PurgeKind.Tag, "red")),
            Message(good),
            Message(good),
            At(1)
        );
        Assert.Equal(["1 Tag red"], marks.Applied);
        Assert.Equal((4, 1), (intake.Refused, intake.Applied));
        Assert.Equal(
            [
                $"it is signed with key {stranger.Key.Id}, which is not among the trusted keys",
                "the signature does not match",
                "the signature does not match",
                $"it belongs to the log {OtherLog}, and {Log} is followed",
            ],
            _noted.Refusals
        );
    }

    [Fact]
    public void APurgeOfAKeyThatIsBelievedLater_ComesAgain()
    {
        using var stranger = new Fixture();
        var marks = new Marks();
        using var intake = Start(marks);
        Connect(intake, At(0), Message(1, PurgeKind.Tag, "red"), Message(Signed(stranger, Log, 2, PurgeKind.Tag, "blue")), At(2));
        Assert.Equal((new PurgePosition(Log, 1), false), (intake.Position, intake.HasMore));

        _fixture.Trusted.Believe(File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(stranger.Root, "trusted"), "*.pub"))));
        Assert.True(intake.HasMore);
        Connect(intake, At(1), Message(Signed(stranger, Log, 2, PurgeKind.Tag, "blue")), At(2));
        Assert.Equal(["1 Tag red", "2 Tag blue"], marks.Applied);
        Assert.Equal((new PurgePosition(Log, 2), 1, false), (intake.Position, marks.All, intake.HasMore));
    }

    [Fact]
    public void APurgeOfAKeyThatIsNotBelieved_AndThenOneOfAnother_PurgesEverything()
    {
        using var stranger = new Fixture();
        var marks = new Marks();
        using (var intake = Start(marks))
        {
            Connect(
                intake,
                At(0),
                Message(Signed(stranger, Log, 1, PurgeKind.Tag, "red")),
                At(1),
                Message(2, PurgeKind.Tag, "blue"),
                At(2)
            );
            Assert.Equal((2, new PurgePosition(Log, 2)), (marks.All, intake.Position));
        }

        Assert.Equal("purges before one that is believed are signed with a key that is not", Assert.Single(_noted.All));
        using var again = Start(new Marks());
        Assert.Equal(new PurgePosition(Log, 2), again.Position);
    }

    [Theory]
    [InlineData(
        """{"log":"@","sequence":1,"zone":"z","kind":"moon","values":["full"],"createdAt":"2026-01-01T00:00:00.000Z"}""",
        "the kind moon"
    )]
    [InlineData(
        """{"log":"@","sequence":1,"zone":"z","kind":"tag","values":["a"],"createdAt":"2026-01-01T00:00:00.000Z","soft":true}""",
        "the member soft"
    )]
    [InlineData("""{"log":"@","sequence":1,"zone":"z","kind":"tag","values":[]}""", "the kind tag with 0 values")]
    [InlineData("""{"log":"@","sequence":1,"zone":"z","kind":"tag","values":{"a":1}}""", "its values")]
    public void APurgeOfANewerControl_PurgesEverythingOfItsZone(string payload, string notUnderstood)
    {
        var marks = new Marks();
        using var intake = Start(marks);
        var bytes = Encoding.UTF8.GetBytes(payload.Replace("@", Log, StringComparison.Ordinal));
        var signature = _fixture.Key.Sign(PurgeHeader.Bytes(_fixture.Key.Id, bytes));
        Connect(intake, At(0), Message(new SignedPurge(bytes, _fixture.Key.Id, signature)), At(1));
        Assert.Equal(["1 Everything "], marks.Applied);
        Assert.Equal(notUnderstood, Assert.Single(_noted.Purges).NotUnderstood);
    }

    [Fact]
    public void AnUnwritableDisk_CostsNothingButTheMemoryOfIt()
    {
        File.WriteAllText(Path.Combine(_fixture.Root, "edge"), "in the way");
        var marks = new Marks();
        using var intake = Start(marks);
        Connect(intake, At(0), Message(1, PurgeKind.Tag, "red"), At(1));
        Assert.Equal(["1 Tag red"], marks.Applied);
        Assert.NotEmpty(_noted.Problems);

        // The disk is back, and everything is written at the next word of the feed.
        File.Delete(Path.Combine(_fixture.Root, "edge"));
        intake.Take(At(1));
        var next = new Marks();
        using var again = Start(next);
        Assert.Equal(marks.Kept, next.Kept);
    }

    [Fact]
    public void AJournalThatGrew_IsWrittenAnewWithWhatCounts()
    {
        var marks = new Marks();
        using (var intake = Start(marks))
        {
            Connect(intake, At(0));
            var value = new string('x', 8000);
            for (var i = 1; i <= 200; i++)
            {
                intake.Take(Message(i, PurgeKind.Url, $"example.com/{value}"));
                marks.Kept.RemoveRange(0, marks.Kept.Count - 1);
                intake.Take(At(i));
            }
        }

        Assert.InRange(new FileInfo(Journal).Length, 8000, 1_200_000);
        var next = new Marks();
        using var again = Start(next);
        Assert.Equal(200, again.Position.Sequence);
        Assert.Equal(marks.Kept[^1], next.Kept[^1]);
    }

    [Fact]
    public void AnyBytes_AreNoPurgeAndNothingThrows() =>
        Gen.Byte.Array[0, 200].Sample(bytes => !PurgeCodec.TryDecode(bytes, out _, out _, out var error) && error is not null);

    private PurgeIntake Start(Marks marks)
    {
        var intake = new PurgeIntake(Journal, marks, new PurgeVerifier(_fixture.Trusted), null, _noted);
        intake.Boot();
        return intake;
    }

    private static void Connect(PurgeIntake intake, params FeedMessage[] messages)
    {
        intake.Connecting();
        Array.ForEach(messages, intake.Take);
    }

    private static FeedMessage At(long sequence) => new(0, null) { Purged = new PurgePosition(Log, sequence) };

    private FeedMessage Message(long sequence, PurgeKind kind, params string[] values) =>
        Message(Signed(_fixture, Log, sequence, kind, values));

    private static FeedMessage Message(SignedPurge purge) => new(0, null) { Purge = purge };

    private static SignedPurge Signed(Fixture by, string log, long sequence, PurgeKind kind, params string[] values) =>
        new PurgeSigner(() => by.Key).Sign(
            log,
            new Purge
            {
                Sequence = sequence,
                ZoneId = Zone,
                Kind = kind,
                Values = [.. values],
                CreatedAt = DateTimeOffset.UnixEpoch,
            }
        );

    /// <summary>Remembers what it is told.</summary>
    private sealed class Marks : IPurgeConsumer
    {
        public List<string> Applied { get; } = [];

        public List<PurgeMark> Kept { get; } = [];

        public int All { get; private set; }

        public long Floor => 0;

        public long Apply(Purge purge)
        {
            Applied.Add($"{purge.Sequence} {purge.Kind} {string.Join(',', purge.Values)}");
            var values = purge.Kind == PurgeKind.Everything ? [""] : purge.Values;
            Kept.AddRange(values.Select(value => new PurgeMark(purge.Sequence, purge.ZoneId, purge.Kind, value)));
            return purge.Sequence;
        }

        public void ApplyToAll() => All++;

        public void Restore(PurgeSnapshot snapshot) => Kept.AddRange(snapshot.Marks);

        public PurgeSnapshot Snapshot() => new(0, [.. Kept]);
    }

    private sealed class Noted : IReleaseIntakeObserver
    {
        public List<Purge> Purges { get; } = [];

        public List<string> All { get; } = [];

        public List<string> Refusals { get; } = [];

        public List<StoreProblem> Problems { get; } = [];

        public void Purged(Purge purge) => Purges.Add(purge);

        public void PurgedAll(string reason) => All.Add(reason);

        public void PurgeRefused(string reason) => Refusals.Add(reason);

        public void StoreProblem(StoreProblem problem) => Problems.Add(problem);
    }
}
