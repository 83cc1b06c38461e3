using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Envelope;

namespace Holdfast.Control.Records;

/// <summary>Several changes in one call. Each record that is to go is named by its id: there is no way to say "all".</summary>
internal sealed class RecordBatch
{
    private readonly List<(string Id, string Pointer)> _deletes = [];
    private readonly List<RecordBody> _patches = [];
    private readonly List<RecordBody> _puts = [];
    private readonly List<RecordBody> _posts = [];

    private RecordBatch() { }

    /// <summary>How many records are to go.</summary>
    public int Deletes => _deletes.Count;

    /// <summary>Reads a batch.</summary>
    /// <exception cref="ApiException">It is none, or too large.</exception>
    public static RecordBatch Read(RequestBody body)
    {
        var batch = new RecordBatch();
        foreach (var (value, pointer) in Items(body, "deletes"))
        {
            var members = new JsonMembers(value, pointer, body.Problems);
            batch._deletes.Add((members.RequireText("id", "a record's id") ?? "", pointer));
            members.RefuseOthers();
        }

        batch._patches.AddRange(
            Items(body, "patches").Select(item => RecordBody.Read(item.Value, item.Pointer, body.Problems, needsId: true))
        );
        batch._puts.AddRange(Items(body, "puts").Select(item => RecordBody.Read(item.Value, item.Pointer, body.Problems, needsId: true)));
        batch._posts.AddRange(
            Items(body, "posts").Select(item => RecordBody.Read(item.Value, item.Pointer, body.Problems, needsId: false))
        );
        body.Complete();
        return batch;
    }

    /// <summary>Makes the changes, in the order that Cloudflare documents, and gives the records that each part touched.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DnsRecord>> Apply(RecordSet set)
    {
        var deleted = new List<DnsRecord>();
        foreach (var (id, pointer) in _deletes)
        {
            var record = set.Get(id, pointer + "/id");
            set.Remove(record);
            deleted.Add(record);
        }

        return new Dictionary<string, IReadOnlyList<DnsRecord>>
        {
            ["deletes"] = deleted,
            ["patches"] = [.. _patches.Select(body => Replace(set, body, keep: true))],
            ["puts"] = [.. _puts.Select(body => Replace(set, body, keep: false))],
            ["posts"] = [.. _posts.Select(body => set.Add(body.Apply(set.Zone, null), body.Pointer))],
        };
    }

    private static DnsRecord Replace(RecordSet set, RecordBody body, bool keep)
    {
        var before = set.Get(body.Id!, body.Pointer + "/id");
        return set.Replace(before, body.Apply(set.Zone, keep ? before.Values : null), body.Pointer);
    }

    private static List<(JsonElement Value, string Pointer)> Items(RequestBody body, string name)
    {
        if (!body.Members.TryGet(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > RecordLimits.MostInZone)
        {
            body.Members.Report(name, StrictJson.Describe(list), $"a list of at most {RecordLimits.MostInZone} records");
            return [];
        }

        return
        [
            .. list.EnumerateArray()
                .Select((value, i) => (value, string.Create(CultureInfo.InvariantCulture, $"{body.Members.PointerTo(name)}/{i}"))),
        ];
    }
}
