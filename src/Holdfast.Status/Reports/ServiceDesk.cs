using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;
using Holdfast.Status.WriteApi;

namespace Holdfast.Status.Reports;

/// <summary>What operators do with the services that visitors report about. The rules are here; nothing is half-applied.</summary>
internal sealed partial class ServiceDesk
{
    private readonly StatusStore store;
    private readonly TimeProvider time;
    private readonly Lock turn = new();
    private volatile ImmutableList<ReportedService> all;
    private long version;

    /// <summary>Reads those of the store.</summary>
    public ServiceDesk(StatusStore store, TimeProvider time)
    {
        this.store = store;
        this.time = time;
        store.Write((transaction, _) => ServiceTable.Prepare(transaction));
        all = [.. store.Read(ServiceTable.Read)];
    }

    /// <summary>Higher with every change since the start.</summary>
    public long Version => Interlocked.Read(ref version);

    /// <summary>
    /// Every service that is to be shown, by name: those of ours whose component was removed are not, and the others have its present name.
    /// </summary>
    public List<ReportedService> Shown
    {
        get
        {
            var components = store.Current.State.Components.Where(component => !component.IsGroup).ToDictionary(component => component.Id);
            return
            [
                .. all.Where(service => service.ComponentId is not { } id || components.ContainsKey(id))
                    .Select(service => service.ComponentId is { } id ? service with { Name = components[id].Name } : service)
                    .OrderBy(service => service.Name, StringComparer.OrdinalIgnoreCase),
            ];
        }
    }

    /// <summary>A service by its place in the address, or null.</summary>
    public ReportedService? At(string slug) => Shown.Find(service => service.Slug == slug);

    /// <summary>A service by its id.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public ReportedService Find(string id) => all.Find(service => service.Id == id) ?? throw StatusProblem.Missing("service", id);

    /// <summary>Adds one.</summary>
    /// <exception cref="StatusProblem">Something in it is wrong.</exception>
    public ReportedService Create(string who, ReadOnlyMemory<byte> body)
    {
        lock (turn)
        {
            var service = Form.Read(body, "service", form => Read(form, null, all));
            Write(who, [(null, service)]);
            return service;
        }
    }

    /// <summary>Changes one.</summary>
    /// <exception cref="StatusProblem">There is none, or something is wrong.</exception>
    public ReportedService Update(string who, string id, ReadOnlyMemory<byte> body)
    {
        lock (turn)
        {
            var before = Find(id);
            var after = Form.Read(body, "service", form => Read(form, before, all));
            Write(who, [(before, after)]);
            return after;
        }
    }

    /// <summary>Adds or changes all of a list, or none: one whose <c>slug</c> is known is changed, and none is removed.</summary>
    /// <exception cref="StatusProblem">Something in one is wrong.</exception>
    public List<ReportedService> Import(string who, ReadOnlyMemory<byte> body)
    {
        lock (turn)
        {
            var changes = new List<(ReportedService? Before, ReportedService After)>();
            var known = all;
            Form.ReadEach(
                body,
                "services",
                ReportLimits.Services,
                form =>
                {
                    var slug = form.Text("slug", ReportLimits.SlugLength) ?? SlugOf(form.Text("name", StatusPageLimits.NameLength) ?? "");
                    var before = known.Find(service => service.Slug == slug);
                    if (changes.Exists(change => change.After.Slug == slug))
                    {
                        throw StatusProblem.Invalid(form.PlaceOf("slug"), $"'{slug}' is listed twice");
                    }

                    var after = Read(form, before, known);
                    known = before is null ? known.Add(after) : known.Replace(before, after);
                    changes.Add((before, after));
                    return after;
                }
            );
            Write(who, [.. changes.Where(change => change.Before != change.After)]);
            return [.. changes.Select(change => change.After)];
        }
    }

    /// <summary>Removes one.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public ReportedService Remove(string who, string id)
    {
        lock (turn)
        {
            var service = Find(id);
            Write(who, [(service, null)]);
            return service;
        }
    }

    private ReportedService Read(Form form, ReportedService? before, ImmutableList<ReportedService> known)
    {
        var component = form.Has("component_id") ? form.Text("component_id", StatusPageLimits.NameLength) : before?.ComponentId;
        var name = form.Text("name", StatusPageLimits.NameLength) ?? before?.Name;
        if (component is not null)
        {
            name =
                store.Current.State.Components.FirstOrDefault(one => one.Id == component && !one.IsGroup)?.Name
                ?? throw StatusProblem.Invalid(form.PlaceOf("component_id"), $"there is no component with the id {component}");
        }

        if (name is null)
        {
            throw StatusProblem.Invalid(form.PlaceOf("name"), "it can't be blank, unless there is a component_id");
        }

        var slug = form.Text("slug", ReportLimits.SlugLength) ?? before?.Slug ?? SlugOf(name);
        if (!Slug().IsMatch(slug))
        {
            throw StatusProblem.Invalid(
                form.PlaceOf("slug"),
                $"'{slug}' has to be lower-case letters and digits, with single hyphens between them"
            );
        }

        if (known.Exists(other => other.Slug == slug && other.Id != before?.Id))
        {
            throw StatusProblem.Invalid(form.PlaceOf("slug"), $"there is a service with the slug '{slug}' already");
        }

        if (component is not null && known.Exists(other => other.ComponentId == component && other.Id != before?.Id))
        {
            throw StatusProblem.Invalid(form.PlaceOf("component_id"), $"the component {component} has a service already");
        }

        if (before is null && known.Count >= ReportLimits.Services)
        {
            throw StatusProblem.Invalid(
                form.PlaceOf("name"),
                string.Create(CultureInfo.InvariantCulture, $"there are {ReportLimits.Services} services, which is the most")
            );
        }

        return new ReportedService
        {
            Id = before?.Id ?? StatusIds.New(),
            Slug = slug,
            Name = name,
            ComponentId = component,
            Url = form.Has("url") ? Address(form) : before?.Url,
            Category = form.Has("category") ? form.Text("category", ReportLimits.CategoryLength) : before?.Category,
            CreatedAt = before?.CreatedAt ?? time.GetUtcNow(),
        };
    }

    private static string? Address(Form form)
    {
        var url = form.Text("url", 2_000);
        return url is null || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            ? url
            : throw StatusProblem.Invalid(form.PlaceOf("url"), $"'{url}' is no http or https address");
    }

    private static string SlugOf(string name)
    {
        var slug = NotSlug().Replace(name.ToLowerInvariant(), "-").Trim('-');
        return slug.Length <= ReportLimits.SlugLength ? slug : slug[..ReportLimits.SlugLength].Trim('-');
    }

    /// <summary>Writes down who let a comment through, or deleted it.</summary>
    public void Moderated(string who, string id, bool show) =>
        store.Write((transaction, now) => transaction.Audit(now, who, show ? "comment.show" : "comment.delete", id, null, null));

    private void Write(string who, IReadOnlyList<(ReportedService? Before, ReportedService? After)> changes)
    {
        store.Write(
            (transaction, now) =>
            {
                foreach (var (before, after) in changes)
                {
                    var id = (after ?? before)!.Id;
                    if (after is null)
                    {
                        ServiceTable.Remove(transaction, id);
                    }
                    else
                    {
                        ServiceTable.Put(transaction, after);
                    }

                    var action =
                        before is null ? "service.create"
                        : after is null ? "service.delete"
                        : "service.update";
                    transaction.Audit(now, who, action, id, ReportsJson.Text(before), ReportsJson.Text(after));
                }
            }
        );
        var services = all;
        foreach (var (before, after) in changes)
        {
            services =
                before is null ? services.Add(after!)
                : after is null ? services.Remove(before)
                : services.Replace(before, after);
        }

        all = services;
        Interlocked.Increment(ref version);
    }

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Slug();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotSlug();
}
