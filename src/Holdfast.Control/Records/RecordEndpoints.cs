using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Records.ZoneFiles;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Records;

/// <summary>DNS records: <c>/client/v4/zones/{zone_id}/dns_records</c> as Cloudflare has it.</summary>
internal sealed class RecordEndpoints
{
    // A zone file stays in memory: the server's limit of the body is below it.
    private static readonly FormOptions Form = new() { MemoryBufferThreshold = (int)ControlHost.MaxRequestBodyBytes };

    private readonly RecordStore _records;
    private readonly TimeProvider _time;

    public RecordEndpoints(RecordStore records, TimeProvider time)
    {
        _records = records;
        _time = time;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        RecordOperations.List.Map(routes, ListAsync);
        RecordOperations.Create.Map(routes, CreateAsync);
        RecordOperations.Batch.Map(routes, BatchAsync);
        RecordOperations.Export.Map(routes, ExportAsync);
        RecordOperations.Import.Map(routes, ImportAsync);
        RecordOperations.Get.Map(routes, GetAsync);
        RecordOperations.Put.Map(routes, PutAsync);
        RecordOperations.Patch.Map(routes, PatchAsync);
        RecordOperations.Delete.Map(routes, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var paging = Paging.Of(context.Request);
        var query = RecordQuery.Of(context.Request);
        var (_, records) = await AllAsync(context).ConfigureAwait(false);
        var found = query.Select(records);
        Preconditions.SetTag(context.Response, RecordTags.Of(records));
        await ApiAnswer
            .PageAsync(context, found.Skip(paging.Skip).Take(paging.PerPage).Select(RecordJson.Of), paging, found.Count)
            .ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var wanted = RecordBody.Read(body);
        var known = Preconditions.IfMatch(context.Request);
        var record = await ChangeAsync(
                context,
                set =>
                {
                    known?.Require(RecordTags.Of(set.Records));
                    return set.Add(wanted.Apply(set.Zone, null), wanted.Pointer);
                }
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, record).ConfigureAwait(false);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, RecordOperations.Parameter);
        var record =
            await _records.FindAsync(ZoneRequests.Id(context), id).ConfigureAwait(false)
            ?? throw ApiException.NotFound("Record does not exist.", RecordErrors.NotFound);
        await AnswerAsync(context, record).ConfigureAwait(false);
    }

    private Task PutAsync(HttpContext context) => ReplaceAsync(context, _ => null);

    private Task PatchAsync(HttpContext context) => ReplaceAsync(context, before => before);

    private async Task ReplaceAsync(HttpContext context, Func<RecordValues, RecordValues?> keep)
    {
        var id = ZoneRequests.Id(context, RecordOperations.Parameter);
        var generation = Preconditions.IfMatch(context.Request);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var wanted = RecordBody.Read(body);
        var record = await ChangeAsync(
                context,
                set =>
                {
                    var before = set.Get(id);
                    RecordSet.RequireGeneration(before, generation);
                    return set.Replace(before, wanted.Apply(set.Zone, keep(before.Values)), wanted.Pointer);
                }
            )
            .ConfigureAwait(false);
        await AnswerAsync(context, record).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = ZoneRequests.Id(context, RecordOperations.Parameter);
        var generation = Preconditions.IfMatch(context.Request);
        await ChangeAsync(
                context,
                set =>
                {
                    var record = set.Get(id);
                    RecordSet.RequireGeneration(record, generation);
                    set.Remove(record);
                    return record;
                }
            )
            .ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private async Task BatchAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var batch = RecordBatch.Read(body);
        DeleteCount.Require(context.Request, batch.Deletes);
        var known = Preconditions.IfMatch(context.Request);
        var done = await ChangeAsync(
                context,
                set =>
                {
                    known?.Require(RecordTags.Of(set.Records));
                    return batch.Apply(set);
                }
            )
            .ConfigureAwait(false);
        await ApiAnswer
            .ResultAsync(
                context,
                new JsonObject(
                    done.Select(part => KeyValuePair.Create(part.Key, (JsonNode?)new JsonArray([.. part.Value.Select(RecordJson.Of)])))
                )
            )
            .ConfigureAwait(false);
    }

    private async Task ExportAsync(HttpContext context)
    {
        var (zone, records) = await AllAsync(context).ConfigureAwait(false);
        var file = ZoneFileWriter.Write(zone, records.Select(record => record.Values), _time.GetUtcNow().UtcDateTime);
        var bytes = Encoding.UTF8.GetBytes(file);
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task ImportAsync(HttpContext context)
    {
        var known = Preconditions.IfMatch(context.Request);
        var (file, proxied) = await FormAsync(context).ConfigureAwait(false);
        var (added, total) = await ChangeAsync(
                context,
                set =>
                {
                    known?.Require(RecordTags.Of(set.Records));
                    var (records, count, errors) = ZoneFileReader.Read(file, set.Zone, proxied);
                    if (errors.Count > 0)
                    {
                        throw new ApiException(400, [.. errors.Take(20)]);
                    }

                    return (Add(set, records), count);
                }
            )
            .ConfigureAwait(false);
        await ApiAnswer
            .ResultAsync(context, new JsonObject { ["recs_added"] = added, ["total_records_parsed"] = total })
            .ConfigureAwait(false);
    }

    private static int Add(RecordSet set, IReadOnlyList<ZoneFileRecord> records)
    {
        var there = set.Records.Select(record => record.Values).ToHashSet(SameToResolvers.Instance);
        var added = 0;
        foreach (var record in records.Where(record => there.Add(record.Values)))
        {
            set.Add(record.Values, string.Create(CultureInfo.InvariantCulture, $"line {record.Line}"));
            added++;
        }

        try
        {
            set.Check();
        }
        catch (ApiException e)
        {
            // A record's place in a file is its line.
            throw new ApiException(
                e.Status,
                [.. e.Errors.Select(error => error with { Message = $"{error.Pointer ?? "the file"}: {error.Message}", Pointer = "/file" })]
            );
        }

        return added;
    }

    private static async Task<(byte[] File, bool Proxied)> FormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            throw ApiException.Invalid("", "the request must be multipart/form-data with a part named file", RecordErrors.Validation);
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(Form, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw ApiException.Invalid("", $"the form cannot be read: {e.Message}", RecordErrors.Validation);
        }

        var proxied = form["proxied"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw ApiException.Invalid("/proxied", "proxied must be true or false", RecordErrors.Validation),
        };
        if (form.Files.GetFile("file") is not { } part)
        {
            return form["file"].ToString() is { Length: > 0 } text
                ? (Encoding.UTF8.GetBytes(text), proxied)
                : throw ApiException.Invalid("/file", "the form has no part named file", RecordErrors.Validation);
        }

        using var buffer = new MemoryStream();
        await part.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        return (buffer.ToArray(), proxied);
    }

    private async Task<(string Zone, IReadOnlyList<DnsRecord> Records)> AllAsync(HttpContext context) =>
        await _records.AllAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();

    private async Task<T> ChangeAsync<T>(HttpContext context, Func<RecordSet, T> change)
        where T : notnull
    {
        var (found, result) = await _records
            .ChangeAsync(ZoneRequests.Id(context), change, AuditScope.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        return found ? result! : throw ZoneRequests.NoZone();
    }

    private static Task AnswerAsync(HttpContext context, DnsRecord record)
    {
        Preconditions.SetTag(context.Response, record.Generation);
        return ApiAnswer.ResultAsync(context, RecordJson.Of(record));
    }

    /// <summary>Records that say the same are one.</summary>
    private sealed class SameToResolvers : IEqualityComparer<RecordValues>
    {
        public static SameToResolvers Instance { get; } = new();

        public bool Equals(RecordValues? x, RecordValues? y) => x is not null && y is not null && x.IsIdentical(y);

        public int GetHashCode(RecordValues obj) => obj.GetHashCode();
    }
}
