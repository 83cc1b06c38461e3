using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.OutsideStatus;
using Holdfast.Status.Storage;
using Holdfast.Status.WriteApi;

namespace Holdfast.Status.Watching;

/// <summary>What people do with watches.</summary>
internal sealed class WatchDesk
{
    private readonly StatusStore store;
    private readonly Lock turn = new();
    private volatile ImmutableList<Watch> all;

    /// <summary>Reads those of the store.</summary>
    public WatchDesk(StatusStore store)
    {
        this.store = store;
        all = [.. store.Read(database => database.Watches())];
    }

    /// <summary>Every watch, oldest first.</summary>
    public ImmutableList<Watch> All => all;

    /// <summary>One watch.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public Watch Find(string id) => all.Find(watch => watch.Id == id) ?? throw StatusProblem.Missing("watch", id);

    /// <summary>Adds one.</summary>
    /// <exception cref="StatusProblem">Something in it is wrong.</exception>
    public Watch Create(string who, ReadOnlyMemory<byte> body)
    {
        lock (turn)
        {
            return Add(who, Form.Read(body, "watch", form => Read(form, null)));
        }
    }

    /// <summary>The watch of an edge that pushes; one that is not known gets a watch, which nobody asks.</summary>
    /// <param name="who">Whose token it came with.</param>
    /// <param name="node">The edge's own name.</param>
    /// <exception cref="StatusProblem">There is no room for another.</exception>
    public Watch OfNode(string who, string node)
    {
        lock (turn)
        {
            return Known(node)
                ?? Add(
                    who,
                    new Watch
                    {
                        Id = StatusIds.New(),
                        Name = node.Length <= StatusPageLimits.NameLength ? node : node[..StatusPageLimits.NameLength],
                        Node = node,
                        Kind = WatchKind.Edge,
                        Target = "",
                        IsPushed = true,
                        Interval = WatchLimits.LeastInterval,
                    }
                );
        }
    }

    /// <summary>Takes away a watch whose edge is no more; one that went meanwhile is none.</summary>
    public void LetGo(string who, Watch watch)
    {
        lock (turn)
        {
            if (all.Find(other => other.Id == watch.Id) is { } present)
            {
                Write("watch.delete", who, present, null);
                all = all.Remove(present);
            }
        }
    }

    /// <summary>Puts a watch that the command line keeps, or takes it away.</summary>
    /// <param name="node">The edge's own name.</param>
    /// <param name="change">What it is to be, from what it is or null; null: it is to go.</param>
    public void Keep(string node, Func<Watch?, Watch?> change)
    {
        lock (turn)
        {
            var before = Known(node);
            var after = change(before);
            if (before is not null && after is not null && before != after)
            {
                Write("watch.update", OwnEdges.Who, before, after);
                all = all.Replace(before, after);
            }
            else if (before is null && after is not null)
            {
                Add(OwnEdges.Who, after);
            }
            else if (before is not null && after is null)
            {
                Write("watch.delete", OwnEdges.Who, before, null);
                all = all.Remove(before);
            }
        }
    }

    private Watch? Known(string node) => all.Find(watch => watch.Kind == WatchKind.Edge && watch.Node == node);

    private Watch Add(string who, Watch watch)
    {
        if (all.Count >= WatchLimits.Watches)
        {
            throw StatusProblem.Invalid(
                "watch",
                string.Create(CultureInfo.InvariantCulture, $"there are {WatchLimits.Watches} watches, which is the most")
            );
        }

        Write("watch.create", who, null, watch);
        all = all.Add(watch);
        return watch;
    }

    /// <summary>Changes one.</summary>
    /// <exception cref="StatusProblem">There is none, or something is wrong.</exception>
    public Watch Update(string who, string id, ReadOnlyMemory<byte> body)
    {
        lock (turn)
        {
            var before = Find(id);
            var after = Form.Read(body, "watch", form => Read(form, before));
            Write("watch.update", who, before, after);
            all = all.Replace(before, after);
            return after;
        }
    }

    /// <summary>Removes one.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public void Remove(string who, string id)
    {
        lock (turn)
        {
            var watch = Find(id);
            Write("watch.delete", who, watch, null);
            all = all.Remove(watch);
        }
    }

    private Watch Read(Form form, Watch? before)
    {
        var kind =
            form.Choice<WatchKind>("kind")
            ?? before?.Kind
            ?? throw StatusProblem.Invalid("watch.kind", "it is edge, http, tls, dns or feed");
        var node = form.Has("node") ? form.Text("node", StatusPageLimits.NameLength) : before?.Node;
        if (node is not null && (kind != WatchKind.Edge || (Known(node) is { } other && other.Id != before?.Id)))
        {
            throw StatusProblem.Invalid(
                "watch.node",
                kind != WatchKind.Edge ? "only an edge has one" : $"the watch {Known(node)!.Id} is of the edge {node} already"
            );
        }

        var provider = form.Has("provider") ? form.Text("provider", StatusPageLimits.NameLength) : before?.Provider;
        if (provider is not null && kind != WatchKind.Feed)
        {
            throw StatusProblem.Invalid("watch.provider", "only a feed has one");
        }

        var watch = new Watch
        {
            Id = before?.Id ?? StatusIds.New(),
            Kind = kind,
            Node = node,
            Provider = provider?.ToLowerInvariant(),
            IsOwn = before?.IsOwn ?? false,
            IsPushed = before?.IsPushed ?? false,
            Name =
                form.Text("name", StatusPageLimits.NameLength)
                ?? before?.Name
                ?? throw StatusProblem.Invalid("watch.name", "it can't be blank"),
            Target =
                form.Text("target", WatchLimits.TargetLength)
                ?? before?.Target
                ?? (node is null ? null : "")
                ?? throw StatusProblem.Invalid("watch.target", "it can't be blank"),
            Interval =
                form.Number("interval", WatchLimits.LeastInterval, WatchLimits.MostInterval)
                ?? before?.Interval
                ?? (kind == WatchKind.Feed ? OutsideLimits.Interval : WatchLimits.LeastInterval),
            ComponentId = form.Has("component_id") ? form.Text("component_id", StatusPageLimits.NameLength) : before?.ComponentId,
        };
        CheckTarget(watch);
        return watch.ComponentId is not { } id || store.Current.State.Components.Any(component => component.Id == id && !component.IsGroup)
            ? watch
            : throw StatusProblem.Invalid("watch.component_id", $"there is no component with the id {id}");
    }

    private static void CheckTarget(Watch watch)
    {
        var right = watch.Kind switch
        {
            WatchKind.Edge when watch.Target.Length == 0 => watch.Node is not null,
            WatchKind.Dns => Uri.CheckHostName(watch.Target) == UriHostNameType.Dns,
            WatchKind.Tls => Uri.TryCreate(watch.Target, UriKind.Absolute, out var uri) && uri.Scheme == "https",
            _ => Uri.TryCreate(watch.Target, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https",
        };
        if (!right)
        {
            throw StatusProblem.Invalid(
                "watch.target",
                watch.Kind switch
                {
                    WatchKind.Dns => $"'{watch.Target}' is no host name",
                    WatchKind.Tls => $"'{watch.Target}' is no https address",
                    _ => $"'{watch.Target}' is no http or https address",
                }
            );
        }
    }

    private void Write(string action, string who, Watch? before, Watch? after) =>
        store.Write(
            (transaction, now) =>
            {
                if (after is null)
                {
                    transaction.RemoveWatch(before!.Id);
                }
                else
                {
                    transaction.Put(after);
                }

                transaction.Audit(now, who, action, (after ?? before)!.Id, Json(before), Json(after));
            }
        );

    private static string? Json(Watch? watch) => watch is null ? null : JsonSerializer.Serialize(watch, StatusJson.Default.Watch);
}
