using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;
using Holdfast.Status.WriteApi;

namespace Holdfast.Status.Components;

/// <summary>What a request says about a component or a group; what it does not say stays as it is.</summary>
internal sealed record ComponentForm
{
    public string? Name { get; init; }
    public bool SetsDescription { get; init; }
    public string? Description { get; init; }
    public ComponentStatus? Status { get; init; }
    public bool SetsGroup { get; init; }
    public string? GroupId { get; init; }
    public int? Position { get; init; }
    public bool? Showcase { get; init; }
    public bool? OnlyShowIfDegraded { get; init; }
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>A group's members.</summary>
    public List<string>? Members { get; init; }

    /// <summary>Reads Statuspage's members of a component.</summary>
    public static ComponentForm Read(Form form) =>
        new()
        {
            Name = form.Text("name", StatusPageLimits.NameLength),
            SetsDescription = form.Has("description"),
            Description = form.Text("description", StatusPageLimits.DescriptionLength),
            Status = form.Choice<ComponentStatus>("status"),
            SetsGroup = form.Has("group_id"),
            GroupId = form.Text("group_id", StatusPageLimits.NameLength),
            Position = form.Number("position", 1, StatusPageLimits.Components),
            Showcase = form.Flag("showcase"),
            OnlyShowIfDegraded = form.Flag("only_show_if_degraded"),
            StartDate = form.Instant("start_date"),
        };

    /// <summary>Reads Statuspage's members of a group.</summary>
    public static ComponentForm ReadGroup(Form form) =>
        new()
        {
            Name = form.Text("name", StatusPageLimits.NameLength),
            SetsDescription = form.Has("description"),
            Description = form.Text("description", StatusPageLimits.DescriptionLength),
            Position = form.Number("position", 1, StatusPageLimits.Components),
            Members = form.Texts("components", StatusPageLimits.Components),
        };
}

/// <summary>What people do with components and groups.</summary>
internal sealed class ComponentDesk(StatusStore store)
{
    /// <summary>Adds a component, or a group of some that there are.</summary>
    /// <exception cref="StatusProblem">Something in it is wrong.</exception>
    public Component Create(string who, ComponentForm form, bool group) =>
        store.Change(
            who,
            change =>
            {
                if (change.State.Components.Length >= StatusPageLimits.Components)
                {
                    throw StatusProblem.Invalid(
                        Place(group),
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"the page has {StatusPageLimits.Components} components, which is the most"
                        )
                    );
                }

                var component = new Component
                {
                    Id = StatusIds.New(),
                    Name = form.Name ?? throw StatusProblem.Invalid($"{Place(group)}.name", "it can't be blank"),
                    IsGroup = group,
                    Position = change.State.Components.Select(other => other.Position).DefaultIfEmpty(0).Max() + 1,
                    StartedAt = form.StartDate ?? change.Now,
                    CreatedAt = change.Now,
                    UpdatedAt = change.Now,
                };
                return Put(change, component, form);
            }
        );

    /// <summary>Changes a component or a group.</summary>
    /// <exception cref="StatusProblem">There is none, or something is wrong.</exception>
    public Component Update(string who, string id, ComponentForm form, bool group) =>
        store.Change(who, change => Put(change, Find(change, id, group), form));

    /// <summary>Removes a component, or a group and not its members. Its past stays in the audit log.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public Component Remove(string who, string id, bool group) =>
        store.Change(
            who,
            change =>
            {
                var component = Find(change, id, group);
                foreach (var member in change.State.MembersOf(component).ToList())
                {
                    change.Put(member with { GroupId = null, UpdatedAt = change.Now });
                }

                change.Remove(component);
                return component;
            }
        );

    private static Component Find(StatusChange change, string id, bool group) =>
        change.Component(id) is { } component && component.IsGroup == group
            ? component
            : throw StatusProblem.Missing(group ? "component group" : "component", id);

    private static Component Put(StatusChange change, Component before, ComponentForm form)
    {
        var after = before with
        {
            Name = form.Name ?? before.Name,
            Description = form.SetsDescription ? form.Description : before.Description,
            Status = form.Status ?? before.Status,
            GroupId = form.SetsGroup ? form.GroupId : before.GroupId,
            Position = form.Position ?? before.Position,
            Showcase = form.Showcase ?? before.Showcase,
            OnlyShowIfDegraded = form.OnlyShowIfDegraded ?? before.OnlyShowIfDegraded,
            StartedAt = form.StartDate ?? before.StartedAt,
        };
        if (after.GroupId is { } group && change.Component(group) is not { IsGroup: true })
        {
            throw StatusProblem.Invalid("component.group_id", $"there is no component group with the id {group}");
        }

        if (after.StartedAt > change.Now)
        {
            throw StatusProblem.Invalid("component.start_date", "it is in the future");
        }

        if (after != before || change.Component(after.Id) is null)
        {
            after = after with { UpdatedAt = change.Now };
            change.Put(after);
        }

        if (form.Members is { } members)
        {
            SetMembers(change, after, members);
        }

        return after;
    }

    private static void SetMembers(StatusChange change, Component group, List<string> members)
    {
        foreach (var id in members)
        {
            var member = change.Component(id) is { IsGroup: false } found
                ? found
                : throw StatusProblem.Invalid("component_group.components", $"there is no component with the id {id}");
            if (member.GroupId != group.Id)
            {
                change.Put(member with { GroupId = group.Id, UpdatedAt = change.Now });
            }
        }

        foreach (var member in change.State.MembersOf(group).Where(member => !members.Contains(member.Id)).ToList())
        {
            change.Put(member with { GroupId = null, UpdatedAt = change.Now });
        }
    }

    private static string Place(bool group) => group ? "component_group" : "component";
}
