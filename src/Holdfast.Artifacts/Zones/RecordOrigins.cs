using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Zones;

/// <summary>
/// The origins that a zone's records make, as they stand in its artifact: <c>[{"addresses":[...],"name"},{"name","target"}]</c>, by name
/// in ordinal order, each name once.
/// </summary>
public static class RecordOrigins
{
    private static readonly string AddressesForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of at most {RecordOrigin.MostAddresses} different addresses that a server can have"
    );

    /// <summary>The list as JSON.</summary>
    public static JsonArray Write(ImmutableArray<RecordOrigin> records) =>
        new([
            .. records.Select(record =>
                record.Target is null
                    ? new JsonObject
                    {
                        ["name"] = record.Name,
                        ["addresses"] = new JsonArray([.. record.Addresses.Select(address => (JsonNode)address.ToString())]),
                    }
                    : new JsonObject { ["name"] = record.Name, ["target"] = record.Target }
            ),
        ]);

    /// <summary>Reads the list; what is wrong is reported.</summary>
    public static ImmutableArray<RecordOrigin> Read(JsonElement list, string pointer, string zone, ICollection<ArtifactProblem> problems)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > RecordOrigin.MostInZone)
        {
            problems.Add(new ArtifactProblem(pointer, StrictJson.Describe(list), $"an array of at most {RecordOrigin.MostInZone} objects"));
            return [];
        }

        if (list.GetArrayLength() == 0)
        {
            return [];
        }

        if (!CanHaveRecords(zone))
        {
            problems.Add(new ArtifactProblem(pointer, "not empty", "an empty array in a zone that is not named by a host name"));
            return [];
        }

        var records = ImmutableArray.CreateBuilder<RecordOrigin>(list.GetArrayLength());
        var before = "";
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}");
            if (Read(new JsonMembers(element, place, problems), zone) is not { } record)
            {
                continue;
            }

            if (string.CompareOrdinal(before, record.Name) >= 0)
            {
                problems.Add(new ArtifactProblem(place + "/name", "not behind the one before it", "names in ordinal order, each once"));
            }

            before = record.Name;
            records.Add(record);
        }

        return records.DrainToImmutable();
    }

    /// <summary>Whether a zone of this name can have records: a host name, no wildcard and no address.</summary>
    public static bool CanHaveRecords(string zone) => ZoneName.IsHostName(zone) && !IPAddress.TryParse(zone, out _);

    private static RecordOrigin? Read(JsonMembers members, string zone)
    {
        const string nameForm = "the zone's name, a name below it, or *. and one of these, in canonical form";
        var name = members.RequireText("name", nameForm);
        if (name is not null && !IsInZone(name, zone))
        {
            members.Report("name", "something else", nameForm);
            name = null;
        }

        var target = members.OptionalText("target", "a host name in canonical form");
        if (target is not null && (!ZoneName.IsHostName(target) || target != target.ToLowerInvariant() || target == name))
        {
            members.Report("target", "something else", "a host name in canonical form, other than the record's own");
        }

        var addresses = ReadAddresses(members, target is null);
        members.RefuseOthers();
        return name is null ? null : new RecordOrigin(name, addresses, target);
    }

    private static ImmutableArray<IPAddress> ReadAddresses(JsonMembers members, bool wanted)
    {
        if (!wanted)
        {
            if (members.TryGet("addresses", out _))
            {
                members.Report("addresses", "there beside a target", "one of the two");
            }

            return [];
        }

        if (!members.TryRequire("addresses", AddressesForm, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > RecordOrigin.MostAddresses)
        {
            members.Report("addresses", StrictJson.Describe(value), AddressesForm);
            return [];
        }

        var addresses = ImmutableArray.CreateBuilder<IPAddress>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            if (
                StrictJson.TextOf(element) is { } text
                && IPAddress.TryParse(text, out var address)
                && address.ToString() == text
                && RecordOrigin.IsAddressAllowed(address)
                && !addresses.Contains(address)
            )
            {
                addresses.Add(address);
            }
            else
            {
                members.Report("addresses", StrictJson.Describe(element), AddressesForm);
            }
        }

        return addresses.DrainToImmutable();
    }

    private static bool IsInZone(string name, string zone)
    {
        var host = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return name.Length <= ZoneName.MaxLength
            && ZoneName.IsHostName(host)
            && host == host.ToLowerInvariant()
            && (host == zone || host.EndsWith("." + zone, StringComparison.Ordinal));
    }
}
