using Holdfast.Status.Components;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Watching;

/// <summary>An edge that the page is started with.</summary>
/// <param name="Name">Its own name, <c>edge-1</c>.</param>
/// <param name="Management">Its management listener.</param>
public sealed record OwnEdge(string Name, Uri Management);

/// <summary>
/// Gives the edges that the page is started with their watches, and each new one a component in the group "Edges". What people changed of them
/// stays; an edge that the page is no more started with loses both.
/// </summary>
internal sealed class OwnEdges(WatchDesk desk, StatusStore store, IReadOnlyList<OwnEdge> edges)
{
    /// <summary>Who the audit log names.</summary>
    public const string Who = "command line";

    private const string Group = "Edges";

    private bool isDone;

    /// <summary>Does so, once; after a fault again. One thread at a time.</summary>
    /// <exception cref="StatusStoreException">The disk is full.</exception>
    public void Reconcile()
    {
        if (isDone)
        {
            return;
        }

        foreach (var edge in edges)
        {
            desk.Keep(
                edge.Name,
                before =>
                    before is null
                        ? new Watch
                        {
                            Id = StatusIds.New(),
                            Name = edge.Name,
                            Node = edge.Name,
                            Kind = WatchKind.Edge,
                            Target = edge.Management.AbsoluteUri,
                            Interval = WatchLimits.LeastInterval,
                            ComponentId = ComponentOf(edge.Name),
                            IsOwn = true,
                        }
                        : before with
                        {
                            Target = edge.Management.AbsoluteUri,
                            IsOwn = true,
                        }
            );
        }

        // Without a list nothing is known of what there should be: the page runs alone.
        if (edges.Count > 0)
        {
            foreach (var gone in desk.All.Where(watch => watch.IsOwn && !edges.Any(edge => edge.Name == watch.Node)))
            {
                desk.Keep(gone.Node!, _ => null);
                RemoveComponent(store, Who, gone);
            }
        }

        isDone = true;
    }

    private string ComponentOf(string name)
    {
        var components = new ComponentDesk(store);
        var state = store.Current.State;
        var group =
            state.Components.FirstOrDefault(component => component.IsGroup && component.Name == Group)
            ?? components.Create(Who, new ComponentForm { Name = Group }, group: true);
        return state.Components.FirstOrDefault(component => component.GroupId == group.Id && component.Name == name)?.Id
            ?? components
                .Create(
                    Who,
                    new ComponentForm
                    {
                        Name = name,
                        SetsGroup = true,
                        GroupId = group.Id,
                        Showcase = true,
                    },
                    group: false
                )
                .Id;
    }

    /// <summary>Removes the component of an edge that is no more, where it still has the edge's name: one that people gave another is theirs.</summary>
    /// <exception cref="StatusStoreException">The disk is full.</exception>
    internal static void RemoveComponent(StatusStore store, string who, Watch watch)
    {
        if (
            store.Current.State.Components.FirstOrDefault(one => one.Id == watch.ComponentId) is { IsGroup: false } component
            && component.Name == watch.Node
        )
        {
            new ComponentDesk(store).Remove(who, component.Id, group: false);
        }
    }
}
