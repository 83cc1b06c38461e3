using System.Text.Json;
using Holdfast.Cli.ControlApi;

namespace Holdfast.Cli.Commands.Records;

/// <summary>What is said about one record.</summary>
internal static class RecordOutput
{
    /// <summary>The record as JSON, or one line that says what became of it.</summary>
    public static void Write(ZoneCall call, JsonElement record, string what)
    {
        if (call.Json)
        {
            call.Context.WriteJson(record.GetRawText());
            return;
        }

        call.Context.Out.WriteLine(
            $"record {ZoneApi.Text(record, "name")} {ZoneApi.Text(record, "type")} {ZoneApi.Text(record, "content")} {what} (id {ZoneApi.Text(record, "id")})"
        );
    }
}
