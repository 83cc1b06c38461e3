using Holdfast.Status.Reports;

namespace Holdfast.Status.Storage;

/// <summary>What can be read and written; see <see cref="ReportDatabase"/>.</summary>
/// <param name="database">The file, whose turn is taken.</param>
internal readonly struct ReportTables(ReportDatabase database)
{
    /// <summary>The salt of a day, or null when none was made.</summary>
    public byte[]? Salt(long day) =>
        database.Rows("SELECT salt FROM day WHERE day = $day", row => (byte[])row.GetValue(0), ("$day", day)).FirstOrDefault();

    /// <summary>Begins a day: it has a salt of its own, and earlier days' salts, persons and networks are deleted.</summary>
    public void BeginDay(long day, byte[] salt)
    {
        database.Run("DELETE FROM day");
        database.Run("DELETE FROM person");
        database.Run("DELETE FROM network");
        database.Run("INSERT INTO day (day, salt) VALUES ($day, $salt)", ("$day", day), ("$salt", salt));
    }

    /// <summary>How many persons' reports a day has.</summary>
    public int Persons(long day) => database.Rows("SELECT count(*) FROM person WHERE day = $day", row => row.GetInt32(0), ("$day", day))[0];

    /// <summary>Notes a person's report.</summary>
    /// <returns>False when it was noted already.</returns>
    public bool AddPerson(long day, long hash) =>
        database.Run("INSERT OR IGNORE INTO person (day, hash) VALUES ($day, $hash)", ("$day", day), ("$hash", hash)) == 1;

    /// <summary>Adds to a slot.</summary>
    public void AddToSlot(string service, long slot, int reports) =>
        database.Run(
            """
            INSERT INTO slot (service, slot, taken) VALUES ($service, $slot, $reports)
            ON CONFLICT (service, slot) DO UPDATE SET taken = taken + excluded.taken
            """,
            ("$service", service),
            ("$slot", slot),
            ("$reports", reports)
        );

    /// <summary>Adds to a network's reports in a slot.</summary>
    public void AddToNetwork(string service, long slot, long network, int reports) =>
        database.Run(
            """
            INSERT INTO network (slot, service, hash, reports) VALUES ($slot, $service, $hash, $reports)
            ON CONFLICT (slot, service, hash) DO UPDATE SET reports = reports + excluded.reports
            """,
            ("$slot", slot),
            ("$service", service),
            ("$hash", network),
            ("$reports", reports)
        );

    /// <summary>Adds to a problem type (<c>problem</c>) or country (<c>region</c>) in an hour.</summary>
    public void AddToPart(string service, long hour, string kind, string name, int reports) =>
        database.Run(
            """
            INSERT INTO part (service, hour, kind, name, reports) VALUES ($service, $hour, $kind, $name, $reports)
            ON CONFLICT (service, hour, kind, name) DO UPDATE SET reports = reports + excluded.reports
            """,
            ("$service", service),
            ("$hour", hour),
            ("$kind", kind),
            ("$name", name),
            ("$reports", reports)
        );

    /// <summary>Says what a slot's reports count for; a slot without reports gets its line too.</summary>
    public void Settle(string service, ReportSlot slot) =>
        database.Run(
            """
            INSERT INTO slot (service, slot, taken, counted, networks, level) VALUES ($service, $slot, $taken, $counted, $networks, $level)
            ON CONFLICT (service, slot) DO UPDATE SET counted = excluded.counted, networks = excluded.networks, level = excluded.level
            """,
            ("$service", service),
            ("$slot", slot.Slot),
            ("$taken", slot.Taken),
            ("$counted", slot.Counted),
            ("$networks", slot.Networks),
            ("$level", (int)slot.Level)
        );

    /// <summary>Notes that reports could be made in a slot: without it, no reports would mean nothing.</summary>
    public void Seen(long slot) => database.Run("INSERT OR IGNORE INTO seen (slot) VALUES ($slot)", ("$slot", slot));

    /// <summary>The slots from one to before another in which reports could be made.</summary>
    public HashSet<long> Seen(long from, long until) =>
        [
            .. database.Rows(
                "SELECT slot FROM seen WHERE slot >= $from AND slot < $until",
                row => row.GetInt64(0),
                ("$from", from),
                ("$until", until)
            ),
        ];

    /// <summary>A service's slots from one to before another; those without reports are not among them.</summary>
    public List<ReportSlot> Slots(string service, long from, long until) =>
        database.Rows(
            """
            SELECT slot, taken, counted, networks, level FROM slot
            WHERE service = $service AND slot >= $from AND slot < $until ORDER BY slot
            """,
            row => new ReportSlot(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), (ReportLevel)row.GetInt32(4)),
            ("$service", service),
            ("$from", from),
            ("$until", until)
        );

    /// <summary>Every service that has reports from a slot on.</summary>
    public List<string> Reported(long from) =>
        database.Rows("SELECT DISTINCT service FROM slot WHERE slot >= $from", row => row.GetString(0), ("$from", from));

    /// <summary>Every network's reports from a slot on.</summary>
    public List<(string Service, long Slot, long Network, int Reports)> Networks(long from) =>
        database.Rows(
            "SELECT service, slot, hash, reports FROM network WHERE slot >= $from",
            row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3)),
            ("$from", from)
        );

    /// <summary>A service's problem types or countries from an hour on, most reported first.</summary>
    public List<(string Name, int Reports)> Parts(string service, long fromHour, string kind) =>
        database.Rows(
            """
            SELECT name, sum(reports) FROM part WHERE service = $service AND hour >= $hour AND kind = $kind
            GROUP BY name ORDER BY 2 DESC, 1
            """,
            row => (row.GetString(0), row.GetInt32(1)),
            ("$service", service),
            ("$hour", fromHour),
            ("$kind", kind)
        );

    /// <summary>Keeps a comment.</summary>
    public void Add(ReportComment comment) =>
        database.Run(
            "INSERT INTO comment (id, service, at, problem, words, shown) VALUES ($id, $service, $at, $problem, $words, 0)",
            ("$id", comment.Id),
            ("$service", comment.Service),
            ("$at", comment.At.ToUnixTimeMilliseconds()),
            ("$problem", StatusWords<Problem>.Of(comment.Problem)),
            ("$words", comment.Text)
        );

    /// <summary>Comments that wait, or are shown, of one service or of all; newest first.</summary>
    public List<ReportComment> Comments(string? service, bool shown, int most) =>
        database.Rows(
            """
            SELECT id, service, at, problem, words, shown FROM comment
            WHERE shown = $shown AND ($service = '' OR service = $service) ORDER BY at DESC, id LIMIT $most
            """,
            row => new ReportComment(
                row.GetString(0),
                row.GetString(1),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
                StatusWords<Problem>.TryRead(row.GetString(3), out var problem) ? problem : Problem.Other,
                row.GetString(4),
                row.GetInt64(5) == 1
            ),
            ("$shown", shown ? 1 : 0),
            ("$service", service ?? ""),
            ("$most", most)
        );

    /// <summary>How many comments of a service wait.</summary>
    public int Waiting(string service) =>
        database.Rows("SELECT count(*) FROM comment WHERE service = $service AND shown = 0", row => row.GetInt32(0), ("$service", service))[
            0
        ];

    /// <summary>Lets a comment through; false when there is none.</summary>
    public bool Show(string id) => database.Run("UPDATE comment SET shown = 1 WHERE id = $id", ("$id", id)) == 1;

    /// <summary>Deletes a comment; false when there is none.</summary>
    public bool RemoveComment(string id) => database.Run("DELETE FROM comment WHERE id = $id", ("$id", id)) == 1;

    /// <summary>What is told of a service, so that a restart goes on with it.</summary>
    public void KeepLevel(string service, string body) =>
        database.Run(
            "INSERT INTO level (service, body) VALUES ($service, $body) ON CONFLICT (service) DO UPDATE SET body = excluded.body",
            ("$service", service),
            ("$body", body)
        );

    /// <summary>What was told of each service.</summary>
    public List<(string Service, string Body)> Levels() =>
        database.Rows("SELECT service, body FROM level", row => (row.GetString(0), row.GetString(1)));

    /// <summary>Deletes everything of a service.</summary>
    public void RemoveService(string service)
    {
        foreach (var table in (string[])["slot", "network", "part", "level", "comment"])
        {
            database.Run($"DELETE FROM {table} WHERE service = $service", ("$service", service));
        }
    }

    /// <summary>Deletes what is older than it is kept.</summary>
    public void Forget(DateTimeOffset now)
    {
        database.Run("DELETE FROM slot WHERE slot < $slot", ("$slot", ReportSlot.Of(now - ReportLimits.KeepSlots)));
        database.Run("DELETE FROM seen WHERE slot < $slot", ("$slot", ReportSlot.Of(now - ReportLimits.KeepSlots)));
        database.Run("DELETE FROM part WHERE hour < $hour", ("$hour", (now - ReportLimits.KeepParts).ToUnixTimeSeconds() / 3_600));
        database.Run("DELETE FROM comment WHERE at < $at", ("$at", (now - ReportLimits.KeepComments).ToUnixTimeMilliseconds()));
    }
}
