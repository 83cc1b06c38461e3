using Holdfast.Http.Messages;

namespace Holdfast.Edge.Listening.Http2;

/// <summary>What Kestrel refused over HTTP/2 before a request reached the edge.</summary>
/// <param name="Fault">
/// What was done, or why: <see cref="MessageFault.Http2StreamReset"/>, <see cref="MessageFault.Http2ConnectionEnded"/>,
/// <see cref="MessageFault.TooSlow"/> (the connection was ended) or <see cref="MessageFault.FieldsTooLarge"/>.
/// </param>
/// <param name="Status">The status that Kestrel answered with; 0 for none.</param>
/// <param name="Detail">Kestrel's reason. It may quote what was sent.</param>
internal readonly record struct Http2Refusal(MessageFault Fault, int Status, string Detail);
