using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Json;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Access;

/// <summary>A policy as its owner wrote it, with the id that it got here.</summary>
/// <param name="Id">32 hexadecimal digits.</param>
/// <param name="Allows">Whether it allows or denies.</param>
/// <param name="Groups">What.</param>
/// <param name="Resources">On what.</param>
internal sealed record WrittenPolicy(string Id, bool Allows, ImmutableArray<PermissionGroup> Groups, ImmutableArray<ResourceName> Resources)
{
    /// <summary>The policy that requests are checked against.</summary>
    public Policy Rule { get; } = new(Allows, Groups, ResourceName.Resources(Resources));
}

/// <summary>Policies in the API's form: <c>[{id, effect, permission_groups: [{id}], resources: {NAME: "*"}}]</c>.</summary>
internal static class PolicyJson
{
    /// <summary>Most policies of a token, groups of a policy, and resources of a policy: no list grows without end.</summary>
    public const int MaxPolicies = 100;
    public const int MaxGroups = 300;
    public const int MaxResources = 1_000;

    private const string Effects = "allow, deny";
    private const string GroupsForm = "1 to 300 objects with the id of a permission group";

    /// <summary>Reads a list of policies strictly; everything that is wrong is reported with its place.</summary>
    /// <param name="list">The value.</param>
    /// <param name="pointer">Where it is.</param>
    /// <param name="known">The account and the user that resources may name, or null to take any.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static ImmutableArray<WrittenPolicy> Read(
        JsonElement list,
        string pointer,
        (string Account, string User)? known,
        ICollection<ArtifactProblem> problems
    )
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxPolicies)
        {
            problems.Add(new ArtifactProblem(pointer, StrictJson.Describe(list), $"an array of 1 to {MaxPolicies} policies"));
            return [];
        }

        return [.. list.EnumerateArray().Select((item, i) => ReadOne(item, $"{pointer}/{i}", known, problems)).OfType<WrittenPolicy>()];
    }

    /// <summary>Writes policies; what comes out can be sent back.</summary>
    public static JsonArray Write(IEnumerable<WrittenPolicy> policies) => [.. policies.Select(WriteOne)];

    private static WrittenPolicy? ReadOne(
        JsonElement item,
        string pointer,
        (string Account, string User)? known,
        ICollection<ArtifactProblem> problems
    )
    {
        var before = problems.Count;
        var members = new JsonMembers(item, pointer, problems);
        var id = members.OptionalText("id", "a policy's id");
        var effect = members.RequireText("effect", Effects);
        if (effect is not (null or "allow" or "deny"))
        {
            members.Report("effect", $"'{effect}'", Effects);
        }

        ImmutableArray<PermissionGroup> groups = members.TryRequire("permission_groups", GroupsForm, out var list)
            ? ReadGroups(list, members.PointerTo("permission_groups"), problems)
            : [];
        ImmutableArray<ResourceName> resources = members.TryRequire("resources", ResourceName.Forms, out var names)
            ? ReadResources(names, members.PointerTo("resources"), known, problems)
            : [];
        members.RefuseOthers();
        if (problems.Count > before)
        {
            return null;
        }

        var policy = new WrittenPolicy(
            id is not null && ArtifactId.IsWellFormed(id) ? id : ArtifactId.New(),
            effect == "allow",
            groups,
            resources
        );
        for (var i = 0; i < groups.Length; i++)
        {
            if (!policy.Rule.Resources.Has(groups[i].Scope))
            {
                problems.Add(
                    new ArtifactProblem(
                        $"{pointer}/permission_groups/{i}",
                        $"'{groups[i].Name}', which means nothing on the resources of this policy",
                        $"a group for them; '{groups[i].Name}' needs a resource {groups[i].ScopeName}.ID"
                    )
                );
            }
        }

        return policy;
    }

    private static ImmutableArray<PermissionGroup> ReadGroups(JsonElement list, string pointer, ICollection<ArtifactProblem> problems)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxGroups)
        {
            problems.Add(new ArtifactProblem(pointer, StrictJson.Describe(list), GroupsForm));
            return [];
        }

        var groups = ImmutableArray.CreateBuilder<PermissionGroup>();
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            var members = new JsonMembers(item, $"{pointer}/{i++}", problems);
            var id = members.RequireText("id", "the id of a permission group");

            // What this API shows beside the id is taken back and not looked at, so that what was read can be sent again.
            members.TryGet("name", out _);
            members.TryGet("meta", out _);
            members.RefuseOthers();
            if (id is not null && PermissionGroups.Find(id) is { } group)
            {
                groups.Add(group);
            }
            else if (id is not null)
            {
                members.Report("id", $"'{id}'", "an id that /user/tokens/permission_groups lists");
            }
        }

        return groups.ToImmutable();
    }

    private static ImmutableArray<ResourceName> ReadResources(
        JsonElement value,
        string pointer,
        (string Account, string User)? known,
        ICollection<ArtifactProblem> problems
    )
    {
        var names = NamesOf(value, pointer, problems);
        var resources = ImmutableArray.CreateBuilder<ResourceName>();
        foreach (var (name, inner) in names)
        {
            var place = StrictJson.Pointer(pointer, name);
            if (!IsKnown(name, known))
            {
                problems.Add(new ArtifactProblem(place, "no resource of this installation", ResourceName.Forms));
            }
            else if (StrictJson.TextOf(inner) == "*")
            {
                resources.Add(new ResourceName(name, []));
            }
            else if (inner.ValueKind == JsonValueKind.Object && ResourceName.AccountOf(name) is not null)
            {
                resources.Add(new ResourceName(name, ReadZones(inner, place, problems)));
            }
            else
            {
                problems.Add(new ArtifactProblem(place, StrictJson.Describe(inner), "\"*\""));
            }
        }

        return resources.ToImmutable();
    }

    private static ImmutableArray<string> ReadZones(JsonElement value, string pointer, ICollection<ArtifactProblem> problems)
    {
        var zones = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, inner) in NamesOf(value, pointer, problems))
        {
            if (ResourceName.ZoneOf(name) is null || StrictJson.TextOf(inner) != "*")
            {
                problems.Add(
                    new ArtifactProblem(StrictJson.Pointer(pointer, name), StrictJson.Describe(inner), "zones of the account, each \"*\"")
                );
            }

            zones.Add(name);
        }

        return zones.ToImmutable();
    }

    private static IReadOnlyList<(string Name, JsonElement Value)> NamesOf(
        JsonElement value,
        string pointer,
        ICollection<ArtifactProblem> problems
    )
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() is 0 or > MaxResources)
        {
            problems.Add(
                new ArtifactProblem(
                    pointer,
                    value.ValueKind == JsonValueKind.Object ? "an object with none, or too many" : StrictJson.Describe(value),
                    $"an object with 1 to {MaxResources} of {ResourceName.Forms}"
                )
            );
            return [];
        }

        var names = new List<(string, JsonElement)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                problems.Add(new ArtifactProblem(pointer, "an object with a name that is not valid Unicode", ResourceName.Forms));
                continue;
            }

            if (seen.Add(name))
            {
                names.Add((name, property.Value));
            }
            else
            {
                problems.Add(new ArtifactProblem(StrictJson.Pointer(pointer, name), "there twice", "each resource once"));
            }
        }

        return names;
    }

    private static bool IsKnown(string name, (string Account, string User)? known) =>
        ResourceName.ZoneOf(name) is not null
        || (ResourceName.AccountOf(name) is { } account && (account == "*" || known is null || account == known.Value.Account))
        || (ResourceName.UserOf(name) is { } user && (known is null || user == known.Value.User));

    private static JsonObject WriteOne(WrittenPolicy policy)
    {
        var resources = new JsonObject();
        foreach (var resource in policy.Resources)
        {
            resources[resource.Name] = resource.Within.IsEmpty
                ? "*"
                : new JsonObject(resource.Within.Select(zone => KeyValuePair.Create(zone, (JsonNode?)"*")));
        }

        return new JsonObject
        {
            ["id"] = policy.Id,
            ["effect"] = policy.Allows ? "allow" : "deny",
            ["permission_groups"] = new JsonArray([
                .. policy.Groups.Select(group => new JsonObject { ["id"] = group.Id, ["name"] = group.Name }),
            ]),
            ["resources"] = resources,
        };
    }
}
