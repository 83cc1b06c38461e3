using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Zones;
using Holdfast.Releases.Canonical;
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

    // More than what is written at a time besides addresses and names, in bytes.
    private const int MaxRest = 32;

    // What stands in a string as it is.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789-_.*ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );

    /// <summary>Writes the list.</summary>
    public static void Write(CanonicalJsonWriter writer, ImmutableArray<RecordOrigin> records)
    {
        writer.StartArray();
        Span<byte> usual = stackalloc byte[1024];
        foreach (var record in records)
        {
            if (TryWriteUsual(record, usual, out var length))
            {
                writer.Canonical(usual[..length]);
                continue;
            }

            writer.StartObject();
            if (record.Target is null)
            {
                writer.Name("addresses");
                writer.StartArray();
                foreach (var address in record.Addresses)
                {
                    writer.Value(address.ToString());
                }

                writer.EndArray();
            }

            writer.Name("name");
            writer.Value(record.Name);
            if (record.Target is not null)
            {
                writer.Name("target");
                writer.Value(record.Target);
            }

            writer.EndObject();
        }

        writer.EndArray();
    }

    /// <summary>Writes what nearly every one is, addresses and a name, in one go.</summary>
    /// <returns>False for anything else, and for what does not fit.</returns>
    private static bool TryWriteUsual(RecordOrigin record, Span<byte> into, out int length)
    {
        length = 0;
        if (record.Target is not null || record.Name.AsSpan().ContainsAnyExcept(Plain))
        {
            return false;
        }

        var left = Append(into, "{\"addresses\":["u8);
        for (var i = 0; i < record.Addresses.Length; i++)
        {
            left = Append(left, i == 0 ? "\""u8 : ",\""u8);
            if (!record.Addresses[i].TryFormat(left, out var written) || left.Length - written < MaxRest)
            {
                return false;
            }

            left = Append(left[written..], "\""u8);
        }

        if (left.Length < record.Name.Length + MaxRest)
        {
            return false;
        }

        left = Append(left, "],\"name\":\""u8);
        left = left[Encoding.ASCII.GetBytes(record.Name, left)..];
        left = Append(left, "\"}"u8);
        length = into.Length - left.Length;
        return true;
    }

    private static Span<byte> Append(Span<byte> to, ReadOnlySpan<byte> text)
    {
        text.CopyTo(to);
        return to[text.Length..];
    }

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
            var at = index++;
            if ((Usual(element, zone) ?? Read(new JsonMembers(element, Place(pointer, at), problems), zone)) is not { } record)
            {
                continue;
            }

            if (string.CompareOrdinal(before, record.Name) >= 0)
            {
                problems.Add(
                    new ArtifactProblem(Place(pointer, at) + "/name", "not behind the one before it", "names in ordinal order, each once")
                );
            }

            before = record.Name;
            records.Add(record);
        }

        return records.DrainToImmutable();
    }

    /// <summary>Whether a zone of this name can have records: a host name, no wildcard and no address.</summary>
    public static bool CanHaveRecords(string zone) => ZoneName.IsHostName(zone) && !IPAddress.TryParse(zone, out _);

    private static string Place(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    /// <summary>
    /// Reads what nearly every one of thousands is, addresses and a name without a mistake, and nothing but these two is made of it.
    /// </summary>
    /// <returns>Null for anything else: who looks at it member by member then finds what it is, or what is wrong.</returns>
    private static RecordOrigin? Usual(JsonElement element, string zone)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? name = null;
        ImmutableArray<IPAddress> addresses = default;
        try
        {
            foreach (var member in element.EnumerateObject())
            {
                if (addresses.IsDefault && member.NameEquals("addresses"u8))
                {
                    addresses = UsualAddresses(member.Value);
                }
                else if (name is null && member.NameEquals("name"u8))
                {
                    name = StrictJson.TextOf(member.Value);
                }
                else
                {
                    return null;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // A member's name that is not valid Unicode.
            return null;
        }

        return name is null || addresses.IsDefault || !IsInZone(name, zone) ? null : new RecordOrigin(name, addresses, null);
    }

    private static ImmutableArray<IPAddress> UsualAddresses(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > RecordOrigin.MostAddresses)
        {
            return default;
        }

        // The longest: an IPv6 address with an IPv4 address at its end and a scope.
        Span<byte> canonical = stackalloc byte[64];
        var addresses = ImmutableArray.CreateBuilder<IPAddress>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String)
            {
                return default;
            }

            // Between its quotes; an escape is in no address.
            var text = JsonMarshal.GetRawUtf8Value(element)[1..^1];
            if (
                !IPAddress.TryParse(text, out var address)
                || !address.TryFormat(canonical, out var length)
                || !canonical[..length].SequenceEqual(text)
                || !RecordOrigin.IsAddressAllowed(address)
                || addresses.Contains(address)
            )
            {
                return default;
            }

            addresses.Add(address);
        }

        return addresses.DrainToImmutable();
    }

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
        var host = name.AsSpan(name.StartsWith("*.", StringComparison.Ordinal) ? 2 : 0);
        return name.Length <= ZoneName.MaxLength
            && ZoneName.IsHostName(host)
            && !host.ContainsAnyInRange('A', 'Z')
            && host.EndsWith(zone, StringComparison.Ordinal)
            && (host.Length == zone.Length || host[^(zone.Length + 1)] == '.');
    }
}
