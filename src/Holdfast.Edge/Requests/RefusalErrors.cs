using Holdfast.Edge.ErrorPages;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Requests;

/// <summary>What the edge answers to a message that the codec refused.</summary>
internal static class RefusalErrors
{
    /// <summary>The answer; <see cref="EdgeError.None"/> when there is nobody to answer.</summary>
    public static EdgeError Of(MessageFault fault) =>
        fault switch
        {
            MessageFault.None or MessageFault.CutOff => EdgeError.None,
            MessageFault.TargetTooLong => EdgeError.UriTooLong,
            MessageFault.UnsupportedVersion => EdgeError.HttpVersionNotSupported,
            MessageFault.FieldsTooLarge or MessageFault.TooManyFields => EdgeError.HeaderFieldsTooLarge,
            MessageFault.UnsupportedTransferEncoding => EdgeError.NotImplemented,
            MessageFault.UnknownExpectation => EdgeError.ExpectationFailed,
            MessageFault.MethodNotAllowed => EdgeError.MethodNotAllowed,
            MessageFault.BodyTooLarge => EdgeError.ContentTooLarge,
            MessageFault.TooSlow => EdgeError.RequestTimeout,
            _ => EdgeError.BadRequest,
        };
}
