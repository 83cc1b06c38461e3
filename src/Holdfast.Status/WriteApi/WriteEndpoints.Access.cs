using System.Text.Json;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Access;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.WriteApi;

/// <summary>Who may write, and what they did. These are Holdfast's own; all of it needs the scope <c>manage</c>.</summary>
internal sealed partial class WriteEndpoints
{
    /// <summary>Lines of the audit log in one answer.</summary>
    private const int AuditLines = 100;

    private void MapAccess(IEndpointRouteBuilder routes)
    {
        const string token = "/v1/pages/{page}/tokens";
        Add(routes, "GET", token, _ => Each(tokens.All, (json, row) => Token(json, row, null)));
        Add(routes, "POST", token, CreateToken);
        Add(routes, "DELETE", token + "/{id}", RemoveToken);

        const string all = "/v1/pages/{page}/operators";
        const string one = all + "/{id}";
        Add(routes, "GET", all, _ => Each(operators.All, OperatorJson.Write));
        AddAsync(routes, "POST", all, CreateOperatorAsync);
        Add(routes, "GET", one, call => Json(json => OperatorJson.Write(json, operators.Find(call.Id))));
        AddAsync(routes, "PATCH", one, ChangeOperatorAsync);
        Add(routes, "DELETE", one, RemoveOperator);

        const string audit = "/v1/pages/{page}/audit";
        Add(routes, "GET", audit, _ => Each(store.Read(database => database.Audit(AuditLines)), JsonExtensions.WriteAudit));
        Add(routes, "GET", audit + "/check", _ => Json(CheckAudit));
    }

    private Answer CreateToken(Call call)
    {
        var (name, scopes) = Form.Read(call.Body, "token", StatusTokens.Read);
        var (row, text) = tokens.Create(call.Who, name, scopes);
        return Json(json => Token(json, row, text), 201);
    }

    private Answer RemoveToken(Call call)
    {
        tokens.Remove(call.Who, call.Id);
        return new Answer(204, []);
    }

    private async ValueTask<Answer> CreateOperatorAsync(Call call, CancellationToken cancellationToken)
    {
        var (email, name, password) = Form.Read(
            call.Body,
            "operator",
            form =>
                (
                    form.Required("email", StatusPageLimits.NameLength),
                    form.Text("name", StatusPageLimits.NameLength),
                    form.Required("password", PasswordHash.Longest)
                )
        );
        var row = await operators.CreateAsync(call.Who, email, name, password, cancellationToken).ConfigureAwait(false);
        return Json(json => OperatorJson.Write(json, row), 201);
    }

    private async ValueTask<Answer> ChangeOperatorAsync(Call call, CancellationToken cancellationToken)
    {
        var row = operators.Find(call.Id);
        var (password, factor) = Form.Read(
            call.Body,
            "operator",
            form => (form.Text("password", PasswordHash.Longest), form.Flag("second_factor"))
        );
        if (factor == true)
        {
            throw StatusProblem.Invalid("operator.second_factor", "it can only be taken away here; who signs in turns it on");
        }

        if (password is not null)
        {
            await operators.SetPasswordAsync(call.Who, row, password, except: null, cancellationToken).ConfigureAwait(false);
        }

        if (factor == false)
        {
            operators.RemoveTotp(call.Who, operators.Find(call.Id));
        }

        return Json(json => OperatorJson.Write(json, operators.Find(call.Id)));
    }

    private Answer RemoveOperator(Call call)
    {
        operators.Remove(call.Who, operators.Find(call.Id));
        return new Answer(204, []);
    }

    private void CheckAudit(Utf8JsonWriter json)
    {
        var check = store.Read(database => database.CheckAudit());
        json.WriteStartObject();
        json.WriteNumber("lines", check.Lines);
        json.WriteString("head", check.Head);
        json.WriteBoolean("whole", check.BrokenAt is null);
        if (check.BrokenAt is { } broken)
        {
            json.WriteNumber("broken_at", broken);
        }

        json.WriteEndObject();
    }

    private static void Token(Utf8JsonWriter json, TokenRow row, string? text)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("name", row.Name);
        json.WriteStartArray("scopes");
        foreach (var scope in row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            json.WriteStringValue(scope);
        }

        json.WriteEndArray();
        V2Writer.Time(json, "created_at", row.CreatedAt);
        if (text is not null)
        {
            json.WriteString("token", text);
        }

        json.WriteEndObject();
    }

    private static Answer Each<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) =>
        Json(json =>
            json.WriteArray(() =>
            {
                foreach (var item in items)
                {
                    write(json, item);
                }
            })
        );
}
