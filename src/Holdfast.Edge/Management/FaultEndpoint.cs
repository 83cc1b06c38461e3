using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Holdfast.Edge.Guard.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Edge.Management;

/// <summary>
/// <c>/holdfast/faults</c> on the management listener of an edge that was started with <c>--fault-injection</c>: GET shows what is tripped,
/// PUT and DELETE of <c>/holdfast/faults/POINT</c> trip and clear. A page in a browser can send neither across origins.
/// </summary>
internal static class FaultEndpoint
{
    /// <summary>Where it is.</summary>
    public const string Path = "/holdfast/faults";

    /// <summary>Below it, what sets the edge's clock wrong: <c>PUT /holdfast/faults/clock?seconds=-3600</c>.</summary>
    private const string Clock = "clock";

    /// <summary>Answers.</summary>
    /// <param name="faults">The edge's, or null where there are none.</param>
    /// <param name="request">A request for <see cref="Path"/> or below it.</param>
    /// <param name="body">Gets the answer, JSON.</param>
    /// <returns>The status.</returns>
    public static int Answer(FaultInjection? faults, HttpRequest request, IBufferWriter<byte> body)
    {
        if (faults is null)
        {
            return Refuse(body, StatusCodes.Status404NotFound, "this edge was not started with --fault-injection");
        }

        var rest = request.Path.Value![Path.Length..];
        if (rest.Length == 0)
        {
            if (!HttpMethods.IsGet(request.Method))
            {
                return Refuse(body, StatusCodes.Status405MethodNotAllowed, "only GET here; PUT and DELETE are for /holdfast/faults/POINT");
            }

            Write(faults, body);
            return StatusCodes.Status200OK;
        }

        var name = rest[1..];
        if (name == Clock)
        {
            return AnswerClock(faults, request, body);
        }

        var points = Enum.GetValues<FaultPoint>();
        if (points.Cast<FaultPoint?>().FirstOrDefault(point => FaultInjection.NameOf(point!.Value) == name) is not { } found)
        {
            var allowed = string.Join(", ", points.Select(FaultInjection.NameOf));
            return Refuse(body, StatusCodes.Status404NotFound, $"there is no fault point '{name}'; there are {allowed}");
        }

        if (HttpMethods.IsDelete(request.Method))
        {
            faults.Clear(found);
        }
        else if (!HttpMethods.IsPut(request.Method))
        {
            return Refuse(body, StatusCodes.Status405MethodNotAllowed, "only PUT and DELETE here");
        }
        else if (Read(found, request.Query, out var fault) is { } problem)
        {
            return Refuse(body, StatusCodes.Status400BadRequest, problem);
        }
        else
        {
            faults.Trip(fault!);
        }

        Write(faults, body);
        return StatusCodes.Status200OK;
    }

    private static int AnswerClock(FaultInjection faults, HttpRequest request, IBufferWriter<byte> body)
    {
        if (faults.Clock is not { } clock)
        {
            return Refuse(body, StatusCodes.Status404NotFound, "this edge's clock can't be set");
        }

        if (HttpMethods.IsDelete(request.Method))
        {
            clock.Seconds = 0;
        }
        else if (!HttpMethods.IsPut(request.Method))
        {
            return Refuse(body, StatusCodes.Status405MethodNotAllowed, "only PUT and DELETE here");
        }
        else if (
            !int.TryParse(request.Query["seconds"].ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < -DrilledTime.MostSeconds or > DrilledTime.MostSeconds
            || request.Query.Count != 1
        )
        {
            return Refuse(
                body,
                StatusCodes.Status400BadRequest,
                $"{Clock} takes seconds alone, from -{DrilledTime.MostSeconds} to {DrilledTime.MostSeconds}"
            );
        }
        else
        {
            clock.Seconds = seconds;
        }

        Write(faults, body);
        return StatusCodes.Status200OK;
    }

    // What is wrong with the query, or null.
    private static string? Read(FaultPoint point, IQueryCollection query, out TrippedFault? fault)
    {
        fault = null;
        if (query.Keys.FirstOrDefault(key => key is not ("action" or "zone" or "count" or "bytes" or "milliseconds")) is { } unknown)
        {
            return $"'{unknown}': there are action, zone (an id), count, bytes and milliseconds";
        }

        var wanted = query["action"].ToString();
        var actions = Enum.GetValues<FaultAction>();
        if (actions.Cast<FaultAction?>().FirstOrDefault(action => NameOf(action!.Value) == wanted) is not { } found)
        {
            return $"action: '{wanted}' is none of {string.Join(", ", actions.Select(NameOf))}";
        }

        var count = 1;
        var amount = 0;
        var problem =
            ReadNumber(query, "count", FaultInjection.MostTimes, required: false, ref count)
            ?? found switch
            {
                FaultAction.Allocate => ReadNumber(query, "bytes", FaultInjection.MostBytes, required: true, ref amount),
                FaultAction.Delay => ReadNumber(query, "milliseconds", FaultInjection.LongestDelay, required: true, ref amount),
                _ => null,
            };
        if (problem is null)
        {
            var zone = query["zone"].ToString();
            fault = new TrippedFault(point, found, zone.Length == 0 ? null : zone, count, amount);
        }

        return problem;
    }

    private static string? ReadNumber(IQueryCollection query, string name, int most, bool required, ref int number)
    {
        var text = query[name].ToString();
        return text.Length == 0 && !required ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most ? null
            : $"{name}: '{text}' is not a number from 1 to {most}";
    }

    private static void Write(FaultInjection faults, IBufferWriter<byte> body)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("tripped");
        foreach (var fault in faults.Tripped)
        {
            json.WriteStartObject();
            json.WriteString("point", FaultInjection.NameOf(fault.Point));
            json.WriteString("action", NameOf(fault.Action));
            json.WriteString("zone", fault.Zone);
            json.WriteNumber("left", fault.Left);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("clock_seconds", faults.Clock?.Seconds ?? 0);
        json.WriteEndObject();
    }

    private static string NameOf(FaultAction action) => JsonNamingPolicy.SnakeCaseLower.ConvertName(action.ToString());

    private static int Refuse(IBufferWriter<byte> body, int status, string error)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("error", error);
        json.WriteEndObject();
        return status;
    }
}
