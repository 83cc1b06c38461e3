using System.Globalization;
using Holdfast.Artifacts;
using Holdfast.Control.Envelope;
using Holdfast.Control.Records.Content;
using Holdfast.Control.Storage;

namespace Holdfast.Control.Records;

/// <summary>
/// The records of one zone while a call changes them. What a call does is checked as a whole, when it is done: whether the zone may be
/// left like this, not every step on the way. It belongs to one call.
/// </summary>
internal sealed class RecordSet
{
    private readonly Dictionary<string, DnsRecord> _records;
    private readonly Dictionary<string, DnsRecord> _before;

    // The place in the request of what was touched last, by record.
    private readonly Dictionary<string, string> _touched = new(StringComparer.Ordinal);
    private readonly List<DnsRecord> _removed = [];
    private readonly DateTime _now;

    public RecordSet(string zone, IEnumerable<DnsRecord> records, DateTime now)
    {
        Zone = zone;
        _before = records.ToDictionary(record => record.Id, StringComparer.Ordinal);
        _records = new Dictionary<string, DnsRecord>(_before, StringComparer.Ordinal);
        _now = now;
    }

    /// <summary>The zone's name.</summary>
    public string Zone { get; }

    /// <summary>The records as they are now.</summary>
    public IReadOnlyCollection<DnsRecord> Records => _records.Values;

    /// <summary>Those that were there before and are no more.</summary>
    public IReadOnlyCollection<DnsRecord> Removed => _removed;

    /// <summary>Those that are new.</summary>
    public IEnumerable<DnsRecord> Added => Touched.Where(record => !_before.ContainsKey(record.Id));

    /// <summary>Those that were there and have other values now.</summary>
    public IEnumerable<DnsRecord> Changed =>
        Touched.Where(record => _before.TryGetValue(record.Id, out var before) && before.Generation != record.Generation);

    private IEnumerable<DnsRecord> Touched => _touched.Keys.Select(id => _records[id]);

    /// <summary>A record that was there before, as it was.</summary>
    public DnsRecord Before(string id) => _before[id];

    /// <summary>The record of this id.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public DnsRecord Get(string id, string? pointer = null) =>
        _records.TryGetValue(id, out var record)
            ? record
            : throw new ApiException(404, new ApiError(RecordErrors.NotFound, "Record does not exist.", pointer));

    /// <summary>Adds a record.</summary>
    public DnsRecord Add(RecordValues values, string pointer)
    {
        var record = new DnsRecord
        {
            Id = ArtifactId.New(),
            Values = values,
            Generation = 1,
            CreatedAt = _now,
            ModifiedAt = _now,
            CommentModifiedAt = values.Comment is null ? null : _now,
            TagsModifiedAt = values.Tags.IsEmpty ? null : _now,
        };
        _records.Add(record.Id, record);
        _touched[record.Id] = pointer;
        return record;
    }

    /// <summary>Gives a record other values; the same ones change nothing.</summary>
    public DnsRecord Replace(DnsRecord record, RecordValues values, string pointer)
    {
        _touched[record.Id] = pointer;
        if (values == record.Values)
        {
            return record;
        }

        var before = record.Values;
        record = record with
        {
            Values = values,
            Generation = record.Generation + 1,
            ModifiedAt = _now,
            CommentModifiedAt =
                values.Comment is null ? null
                : values.Comment == before.Comment ? record.CommentModifiedAt
                : _now,
            TagsModifiedAt =
                values.Tags.IsEmpty ? null
                : values.Tags.AsSpan().SequenceEqual(before.Tags.AsSpan()) ? record.TagsModifiedAt
                : _now,
        };
        _records[record.Id] = record;
        return record;
    }

    /// <summary>Takes a record away.</summary>
    public void Remove(DnsRecord record)
    {
        _records.Remove(record.Id);
        _touched.Remove(record.Id);
        if (_before.TryGetValue(record.Id, out var before))
        {
            _removed.Add(before);
        }
    }

    /// <summary>Refuses a change that the caller made knowing an older record.</summary>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public static void RequireGeneration(DnsRecord record, KnownGenerations? known) => known?.Require(record.Generation);

    /// <summary>Whether the zone may be left like this.</summary>
    /// <exception cref="ApiException">Records collide, or there are too many.</exception>
    public void Check()
    {
        if (_records.Count > RecordLimits.MostInZone && _records.Count > _before.Count)
        {
            throw new ApiException(
                409,
                new ApiError(
                    RecordErrors.QuotaExceeded,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Record quota exceeded: the zone would have {_records.Count} records; it can have {RecordLimits.MostInZone}"
                    )
                )
            );
        }

        // Of thousands a call touches a few; only their names can collide.
        var names = _touched.Keys.Select(id => _records[id].Values.Name).ToHashSet(StringComparer.Ordinal);
        var byName = _records
            .Values.Where(record => names.Contains(record.Values.Name))
            .ToLookup(record => record.Values.Name, StringComparer.Ordinal);
        var conflicts = _touched
            .Select(touched => Conflict(_records[touched.Key], byName[_records[touched.Key].Values.Name], touched.Value))
            .OfType<ApiError>()
            .Take(20)
            .ToList();
        if (conflicts.Count > 0)
        {
            throw new ApiException(409, conflicts);
        }
    }

    private ApiError? Conflict(DnsRecord record, IEnumerable<DnsRecord> sameName, string pointer)
    {
        var values = record.Values;
        foreach (var other in sameName.Where(other => other.Id != record.Id).Select(other => other.Values))
        {
            if (other.IsIdentical(values))
            {
                return new ApiError(RecordErrors.Identical, "An identical record already exists.", pointer);
            }

            if (values.Type == RecordTypes.Cname && other.Type.Proxiable)
            {
                return new ApiError(
                    RecordErrors.AddressOrAliasExists,
                    "An A, AAAA, or CNAME record with that host already exists.",
                    pointer
                );
            }

            if (values.Type.Proxiable && other.Type == RecordTypes.Cname)
            {
                return new ApiError(RecordErrors.AliasExists, "A CNAME record with that host already exists.", pointer);
            }

            if (
                values.Name != Zone
                && IsDelegation(other) != IsDelegation(values)
                && !IsDelegationSigner(other)
                && !IsDelegationSigner(values)
            )
            {
                return IsDelegation(other)
                    ? new ApiError(RecordErrors.DelegationExists, "NS records with that host already exist.", pointer)
                    : new ApiError(RecordErrors.Validation, "NS records cannot stand beside other records of that host.", pointer);
            }
        }

        return null;
    }

    private static bool IsDelegation(RecordValues values) => values.Type == RecordTypes.Ns;

    // A signed delegation has both; a DS without NS signs nothing, and does no harm.
    private static bool IsDelegationSigner(RecordValues values) => values.Type == RecordTypes.Ds;
}
