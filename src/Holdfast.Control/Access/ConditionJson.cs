using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Addresses;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Access;

/// <summary>A token's condition in the API's form: <c>{request_ip: {in: [CIDR], not_in: [CIDR]}}</c>.</summary>
internal static class ConditionJson
{
    /// <summary>Most networks of a list.</summary>
    public const int MaxNetworks = 500;

    private const string Form = "an object with request_ip: {in, not_in}";
    private const string Networks = "an array of addresses and networks such as 192.0.2.0/24 and 2001:db8::/32";

    /// <summary>Reads a condition; null and empty objects are none.</summary>
    /// <param name="value">The value.</param>
    /// <param name="pointer">Where it is.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static AddressCondition Read(JsonElement value, string pointer, ICollection<ArtifactProblem> problems)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return AddressCondition.Anywhere;
        }

        var members = new JsonMembers(value, pointer, problems);
        var condition = AddressCondition.Anywhere;
        if (members.TryGet("request_ip", out var addresses) && addresses.ValueKind != JsonValueKind.Null)
        {
            var place = members.PointerTo("request_ip");
            var lists = new JsonMembers(addresses, place, problems);
            condition = new AddressCondition(Read(lists, "in", problems), Read(lists, "not_in", problems));
            if (lists.TryGet("in", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 0)
            {
                lists.Report("in", "empty, which could mean nowhere or everywhere", "one network or more, or no member 'in'");
            }

            lists.RefuseOthers();
        }

        members.RefuseOthers();
        return condition;
    }

    /// <summary>Writes a condition; null when there is none.</summary>
    public static JsonObject? Write(AddressCondition condition)
    {
        if (condition.IsAnywhere)
        {
            return null;
        }

        var addresses = new JsonObject();
        if (!condition.In.IsEmpty)
        {
            addresses["in"] = Texts(condition.In);
        }

        if (!condition.NotIn.IsEmpty)
        {
            addresses["not_in"] = Texts(condition.NotIn);
        }

        return new JsonObject { ["request_ip"] = addresses };
    }

    private static JsonArray Texts(ImmutableArray<IPNetwork> networks) => [.. networks.Select(network => (JsonNode)network.ToString())];

    private static ImmutableArray<IPNetwork> Read(JsonMembers lists, string name, ICollection<ArtifactProblem> problems)
    {
        if (!lists.TryGet(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxNetworks)
        {
            lists.Report(name, StrictJson.Describe(list), $"{Networks}, {MaxNetworks} at most");
            return [];
        }

        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var (i, item) in list.EnumerateArray().Index())
        {
            if (StrictJson.TextOf(item) is { } text && NetworkText.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                problems.Add(new ArtifactProblem($"{lists.PointerTo(name)}/{i}", StrictJson.Describe(item), NetworkText.Allowed));
            }
        }

        return networks.ToImmutable();
    }
}
