using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
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
            if (StrictJson.TextOf(item) is { } text && TryNetwork(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                problems.Add(
                    new ArtifactProblem(
                        $"{lists.PointerTo(name)}/{i}",
                        StrictJson.Describe(item),
                        "an address or a network with no bits set behind its prefix"
                    )
                );
            }
        }

        return networks.ToImmutable();
    }

    private static bool TryNetwork(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var written = slash < 0 ? text : text[..slash];

        // The framework reads 7 as 0.0.0.7 and 192.0.2.1/24 as 192.0.2.0/24: who writes that means something else.
        if (!IPAddress.TryParse(written, out var address) || !IsWhole(address, written))
        {
            return false;
        }

        if (slash < 0)
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network) && network.BaseAddress.Equals(address);
    }

    private static bool IsWhole(IPAddress address, string written) =>
        address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString() == written
            : address is { IsIPv4MappedToIPv6: false, ScopeId: 0 };
}
