namespace Holdfast.Edge.Tests.Wire;

/// <summary>What becomes of a request over HTTP/2.</summary>
internal enum Http2Outcome
{
    /// <summary>The origin gets it, in the form that the case tells.</summary>
    Forwarded,

    /// <summary>The edge answers it, with the status and the reason that the case tells.</summary>
    Answered,

    /// <summary>Kestrel resets its stream; the record has the reason. The connection goes on.</summary>
    Reset,

    /// <summary>The stream is reset within the body; the origin's exchange is broken off. The connection goes on.</summary>
    CutOff,

    /// <summary>Kestrel ends the connection; the record has the reason.</summary>
    Ended,
}

/// <summary>One request over HTTP/2, as fields and DATA. <c>HOST</c> in the texts stands for a host of the case's own.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Fields">The field section, pseudo-header fields included, in this order.</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Why">Why that outcome is right; sections are RFC 9113's where nothing else is said.</param>
internal sealed record Http2WireCase(string Name, (string Name, string Value)[] Fields, Http2Outcome Outcome, string Why)
{
    /// <summary>What follows in one DATA frame that ends the stream; null: the field section ends it.</summary>
    public string? Data { get; init; }

    /// <summary>A second field section behind the data, which then ends the stream.</summary>
    public (string Name, string Value)[]? Trailers { get; init; }

    /// <summary>The bytes that the origin gets, without the fields that the edge adds.</summary>
    public string? Forwarded { get; init; }

    /// <summary>The status of the edge's own answer.</summary>
    public int Status { get; init; } = 400;

    /// <summary>A part of what the record says: <c>RefusedReason</c> of an answered request, <c>RefusedDetail</c> of one that Kestrel refused.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The error that the connection is ended with. Default PROTOCOL_ERROR.</summary>
    public int Error { get; init; } = 1;

    /// <summary>A well-formed GET with these fields behind its pseudo-header fields.</summary>
    public static (string, string)[] Get(params (string, string)[] fields) => [.. Pseudo("GET"), .. fields];

    /// <summary>The same as POST.</summary>
    public static (string, string)[] Post(params (string, string)[] fields) => [.. Pseudo("POST"), .. fields];

    /// <summary>The pseudo-header fields of a well-formed request.</summary>
    public static (string, string)[] Pseudo(string method = "GET", string path = "/", string authority = "HOST", string scheme = "https") =>
        [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path)];

    public static Http2WireCase Forwards(string name, (string, string)[] fields, string forwarded, string why) =>
        new(name, fields, Http2Outcome.Forwarded, why) { Forwarded = forwarded };

    public static Http2WireCase Answered(string name, (string, string)[] fields, int status, string reason, string why) =>
        new(name, fields, Http2Outcome.Answered, why) { Status = status, Reason = reason };

    public static Http2WireCase Resets(string name, (string, string)[] fields, string reason, string why) =>
        new(name, fields, Http2Outcome.Reset, why) { Reason = reason };

    public static Http2WireCase Ends(string name, (string, string)[] fields, string reason, string why) =>
        new(name, fields, Http2Outcome.Ended, why) { Reason = reason };
}
