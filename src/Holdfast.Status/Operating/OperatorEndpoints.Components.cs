using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Components;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>Components and their groups.</summary>
internal sealed partial class OperatorEndpoints
{
    private void MapComponents(IEndpointRouteBuilder routes)
    {
        const string all = Root + "/components";
        const string one = all + "/{id}";
        Page(
            routes,
            all,
            visit => RenderAsync<ComponentsPage>(visit),
            visit =>
            {
                var sent = visit.Sent!;
                var group = sent.Flag("group");
                var form = new ComponentForm
                {
                    Name = sent.Required("name", StatusPageLimits.NameLength),
                    Description = sent.Text("description", StatusPageLimits.DescriptionLength),
                    SetsDescription = true,
                    SetsGroup = !group,
                    GroupId = group ? null : sent.Text("group_id", StatusPageLimits.NameLength),
                };
                components.Create(Name(visit), form, group);
                return Task.FromResult<string?>(all + "?done=saved");
            }
        );
        Page(
            routes,
            one,
            ComponentAsync,
            visit =>
            {
                var sent = visit.Sent!;
                var group = Find(visit).IsGroup;
                var form = new ComponentForm
                {
                    Name = sent.Required("name", StatusPageLimits.NameLength),
                    Description = sent.Text("description", StatusPageLimits.DescriptionLength),
                    SetsDescription = true,
                    Position = Position(sent),
                };
                if (!group)
                {
                    form = form with
                    {
                        Status = sent.Choice<ComponentStatus>("status"),
                        SetsGroup = true,
                        GroupId = sent.Text("group_id", StatusPageLimits.NameLength),
                        Showcase = sent.Flag("showcase"),
                        OnlyShowIfDegraded = sent.Flag("only_show_if_degraded"),
                    };
                }

                components.Update(Name(visit), visit.Id, form, group);
                return Task.FromResult<string?>(all + "?done=saved");
            }
        );
        Act(
            routes,
            one + "/remove",
            visit =>
            {
                if (!visit.Sent!.Flag("sure"))
                {
                    throw StatusProblem.Invalid("sure", "tick the box to remove it from the page");
                }

                components.Remove(Name(visit), visit.Id, Find(visit).IsGroup);
                return all + "?done=removed";
            },
            ComponentAsync
        );
    }

    private Task<byte[]> ComponentAsync(Visit visit) => RenderAsync<EditComponentPage>(visit, Find(visit));

    private Component Find(Visit visit) =>
        store.Current.State.Components.FirstOrDefault(component => component.Id == visit.Id)
        ?? throw StatusProblem.Missing("component", visit.Id);

    private static int? Position(Fields sent) =>
        sent.Raw("position") is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
        && position is >= 1 and <= StatusPageLimits.Components
            ? position
        : throw StatusProblem.Invalid(
            "position",
            string.Create(CultureInfo.InvariantCulture, $"it has to be a whole number from 1 to {StatusPageLimits.Components}")
        );
}
