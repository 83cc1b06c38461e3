namespace Holdfast.Http.Messages;

/// <summary>Why a message was refused. The names are stable: they stand in the access log and in metrics.</summary>
public enum MessageFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The start line is not of the form that RFC 9112 section 3 or 4 gives.</summary>
    BadStartLine,

    /// <summary>The method is not a token, or longer than 32 bytes.</summary>
    BadMethod,

    /// <summary>The target holds a byte that it may not hold, or is in no form that fits its method (RFC 9112 section 3.2).</summary>
    BadTarget,

    /// <summary>The request line is longer than its limit.</summary>
    TargetTooLong,

    /// <summary>A version other than HTTP/1.0 and HTTP/1.1.</summary>
    UnsupportedVersion,

    /// <summary>A line ended in LF alone, or a CR stood without its LF (RFC 9112 section 2.2).</summary>
    BareLineFeed,

    /// <summary>A field line without a colon, with space before it, or with a name that is not a token (RFC 9112 section 5.1).</summary>
    BadFieldName,

    /// <summary>A NUL or another control character in a field value (RFC 9110 section 5.5).</summary>
    BadFieldValue,

    /// <summary>A line that continues the one before it (obs-fold, RFC 9112 section 5.2).</summary>
    FoldedLine,

    /// <summary>The fields are larger than their limit in bytes.</summary>
    FieldsTooLarge,

    /// <summary>There are more fields than their limit.</summary>
    TooManyFields,

    /// <summary>No Host in an HTTP/1.1 request.</summary>
    NoHost,

    /// <summary>More than one Host.</summary>
    SeveralHosts,

    /// <summary>A Host that is not a host name or address with an optional port.</summary>
    BadHost,

    /// <summary>An absolute-form target that names another host than the Host field.</summary>
    HostDisagrees,

    /// <summary>A Content-Length that is not a plain decimal number, is listed or repeated (RFC 9110 section 8.6).</summary>
    BadContentLength,

    /// <summary>Content-Length with Transfer-Encoding (RFC 9112 section 6.1).</summary>
    LengthAndTransferEncoding,

    /// <summary>A Transfer-Encoding in HTTP/1.0, repeated, or not ending in chunked (RFC 9112 section 6.1).</summary>
    BadTransferEncoding,

    /// <summary>A transfer coding other than chunked (RFC 9112 section 6.1).</summary>
    UnsupportedTransferEncoding,

    /// <summary>An expectation other than 100-continue (RFC 9110 section 10.1.1).</summary>
    UnknownExpectation,

    /// <summary>CONNECT or TRACE.</summary>
    MethodNotAllowed,

    /// <summary>A chunk's size line is not a hexadecimal number of at most 15 digits with an optional short extension.</summary>
    BadChunkSize,

    /// <summary>A chunk extension is too long or holds a control character.</summary>
    BadChunkExtension,

    /// <summary>A chunk's data is not followed by CR LF.</summary>
    BadChunkEnd,

    /// <summary>The trailer section is malformed, too large, or holds a field that frames or routes a message (RFC 9110 section 6.5.1).</summary>
    BadTrailer,

    /// <summary>The body is larger than its limit.</summary>
    BodyTooLarge,

    /// <summary>The connection ended before the message did.</summary>
    CutOff,

    /// <summary>Nothing, or not a whole head, came within the time for it.</summary>
    TooSlow,

    /// <summary>A status that is not three digits from 100 to 999.</summary>
    BadStatus,

    /// <summary>A field over HTTP/2 or 3 that speaks of an HTTP/1.1 connection (RFC 9113 section 8.2.2).</summary>
    ConnectionField,

    /// <summary>A request over HTTP/2 that is malformed (RFC 9113 section 8.1.1), or one too many: its stream was reset.</summary>
    Http2StreamReset,

    /// <summary>What may not be on an HTTP/2 connection, or can't be read on (RFC 9113 section 5.4.1): the connection was ended.</summary>
    Http2ConnectionEnded,
}
