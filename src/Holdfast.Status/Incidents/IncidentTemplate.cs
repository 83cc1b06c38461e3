using System.Globalization;
using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;
using Holdfast.Status.WriteApi;

namespace Holdfast.Status.Incidents;

/// <summary>Words that were thought of before they are needed.</summary>
internal sealed record IncidentTemplate
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>What operators call it.</summary>
    public required string Name { get; init; }

    /// <summary>The incident's title.</summary>
    public required string Title { get; init; }

    /// <summary>The first text.</summary>
    public required string Body { get; init; }

    /// <summary>How far the incident is then.</summary>
    public IncidentStatus Status { get; init; }
}

/// <summary>What people do with templates.</summary>
internal sealed class TemplateDesk(StatusStore store)
{
    /// <summary>Templates there may be: they have to be seen through at night.</summary>
    public const int Most = 100;

    /// <summary>Every template, by name.</summary>
    public List<IncidentTemplate> All => store.Read(database => database.Templates());

    /// <summary>Adds one.</summary>
    /// <exception cref="StatusProblem">There are too many, or the name is taken.</exception>
    public IncidentTemplate Create(string who, IncidentTemplate template)
    {
        var all = All;
        if (all.Count >= Most)
        {
            throw StatusProblem.Invalid(
                "template",
                string.Create(CultureInfo.InvariantCulture, $"there are {Most} templates, which is the most")
            );
        }

        if (all.Exists(other => other.Name == template.Name))
        {
            throw StatusProblem.Invalid("template.name", $"'{template.Name}' is taken");
        }

        store.Write(
            (transaction, now) =>
            {
                transaction.Put(template);
                transaction.Audit(now, who, "template.create", template.Id, null, Json(template));
            }
        );
        return template;
    }

    /// <summary>Removes one.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public void Remove(string who, string id)
    {
        var template = All.Find(one => one.Id == id) ?? throw StatusProblem.Missing("template", id);
        store.Write(
            (transaction, now) =>
            {
                transaction.RemoveTemplate(id);
                transaction.Audit(now, who, "template.delete", id, Json(template), null);
            }
        );
    }

    /// <summary>Reads Statuspage's members.</summary>
    public static IncidentTemplate Read(Form form) =>
        new()
        {
            Id = StatusIds.New(),
            Name = form.Required("name", StatusPageLimits.NameLength),
            Title = form.Required("title", StatusPageLimits.TitleLength),
            Body = form.Required("body", StatusPageLimits.BodyLength),
            Status = form.Choice<IncidentStatus>("update_status") ?? IncidentStatus.Investigating,
        };

    private static string Json(IncidentTemplate template) => JsonSerializer.Serialize(template, StatusJson.Default.IncidentTemplate);
}
