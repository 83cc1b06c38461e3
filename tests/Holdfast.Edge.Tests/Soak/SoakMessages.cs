using System.Globalization;
using Holdfast.Cache.Tests.Reference;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>A visitor's request.</summary>
internal sealed record SoakRequest(string Method, string Host, string Target, IReadOnlyList<(string Name, string Value)> Fields)
{
    public string? this[string name] => ReferenceFields.Joined(Fields, name);

    public string Key => Host + Target;

    public override string ToString() => $"{Method} {Key} {SoakText.Of(Fields)}";
}

/// <summary>One request that the origin saw, and what it answered.</summary>
internal sealed record SoakExchange(SoakRequest Request, long Requested)
{
    /// <summary>Its number, in the field <c>X-Answer</c>; null when the origin closed without a word.</summary>
    public string? Id { get; set; }

    public int Status { get; set; }

    public IReadOnlyList<(string Name, string Value)> Fields { get; set; } = [];

    /// <summary>The whole body that it speaks of, of which <see cref="Start"/> to <see cref="End"/> is sent.</summary>
    public string Representation { get; set; } = "";

    public int Start { get; set; }

    public int End { get; set; }

    /// <summary>How many of those bytes are sent before the connection is closed; -1 for all.</summary>
    public int CutAfter { get; set; } = -1;

    public bool HasLength { get; set; }

    public long Received { get; set; }

    public string Body => Representation[Start..End];

    public bool IsClosed => Id is null;

    public ReferenceResponse Response => new(Status, Fields, Requested, Received);

    public override string ToString() =>
        $"{Request}\n    -> {(IsClosed ? "closes" : $"{Status} {Representation.Length} bytes, {Start} to {End}, cut {CutAfter}, {SoakText.Of(Fields)}")} at {Received}";
}

/// <summary>What a visitor got.</summary>
internal sealed record SoakReply(int Status, IReadOnlyList<(string Name, string Value)> Fields, string Body, bool IsCut)
{
    public string? this[string name] => ReferenceFields.Joined(Fields, name);

    public override string ToString() =>
        $"{Status} {Body.Length} bytes '{Body[..Math.Min(40, Body.Length)]}', cut {IsCut}, {SoakText.Of(Fields)}";
}

/// <summary>Texts for messages.</summary>
internal static class SoakText
{
    // What the edge adds to every message tells nothing here.
    private static readonly string[] Unsaid =
    [
        "Host",
        "CDN-Loop",
        "Via",
        "Holdfast-Generation",
        "X-Ray-Id",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "CF-Ray",
        "CF-Connecting-IP",
        "CF-Visitor",
        "CF-IPCountry",
    ];

    public static string Of(IEnumerable<(string Name, string Value)> fields) =>
        string.Join(" | ", fields.Where(f => !Unsaid.Contains(f.Name)).Select(f => $"{f.Name}: {f.Value}"));

    public static string DateOf(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("R", CultureInfo.InvariantCulture);

    public static List<(string, string)> FieldsOf(string head) =>
        [
            .. head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Select(l => (l[..l.IndexOf(':', StringComparison.Ordinal)], l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())),
        ];
}

/// <summary>An answer that the model does not allow.</summary>
internal sealed class SoakException(string message) : Exception(message);
