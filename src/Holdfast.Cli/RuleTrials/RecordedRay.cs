using System.Text;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.RuleTrials;

/// <summary>Finds a request by its ray id: in the access logs of this machine's data directory, else among control's security events.</summary>
internal static class RecordedRay
{
    /// <summary>Finds it.</summary>
    /// <param name="ray">The ray id, with or without the place behind it.</param>
    /// <param name="data">The data directory.</param>
    /// <param name="control">Opens the API, when it has to be asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The record or the event, as JSON.</returns>
    /// <exception cref="CliFailure">It is nowhere.</exception>
    public static async Task<string> FindAsync(
        string ray,
        DataDirectory data,
        Func<ControlClient> control,
        CancellationToken cancellationToken
    )
    {
        var id = ray.Split('-')[0];
        if (id.Length != 16 || !id.All(char.IsAsciiHexDigit))
        {
            throw new CliFailure($"--ray: '{Printable.From(ray)}' is no ray id", "it is 16 hexadecimal digits, as in CF-Ray");
        }

        var sought = $"\"RayID\":\"{id}\"";
        var logs = Path.GetDirectoryName(data.LogFile("edge-1"))!;
        foreach (var file in Directory.Exists(logs) ? Directory.GetFiles(logs, "*.jsonl*") : [])
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var lines = new StreamReader(stream, Encoding.UTF8);
            while (await lines.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Contains(sought, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }

        using var client = control();
        var path = $"/holdfast/v1/security_events?limit=1&ray_id={id}";
        var found = (await client.CallAsync(HttpMethod.Get, path, null, cancellationToken)).GetProperty("result");
        return found.GetArrayLength() > 0
            ? found[0].GetRawText()
            : throw new CliFailure(
                $"there is no record and no event of the request {id}",
                "logs are kept on the edge that answered it",
                CliFailure.NotFound
            );
    }
}
