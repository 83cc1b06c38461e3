using Holdfast.Status.Subscribers;

namespace Holdfast.Status.Storage;

/// <summary>Somebody who is told what happens, as they are kept.</summary>
/// <param name="Id">Twelve lower-case letters and digits.</param>
/// <param name="Kind">How they are told.</param>
/// <param name="Target">The e-mail address, lower case, or the web address.</param>
/// <param name="State">Whether they are told.</param>
/// <param name="Secret">What a webhook's messages are signed with, sealed; null for the others.</param>
/// <param name="CreatedAt">When they were added.</param>
/// <param name="AskedAt">When they were last asked whether they want it; null when nobody has to be asked.</param>
internal sealed record SubscriberRow(
    string Id,
    SubscriberKind Kind,
    string Target,
    SubscriberState State,
    byte[]? Secret,
    DateTimeOffset CreatedAt,
    DateTimeOffset? AskedAt
);

/// <summary>A message on its way to one subscriber.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Subscriber">To whom.</param>
/// <param name="MessageId">What it says: the same for everybody who gets it.</param>
/// <param name="Body">What happened, JSON of <see cref="Subscribers.Happening"/>; null for the question whether they want it.</param>
/// <param name="Tries">How often it was tried.</param>
internal sealed record DeliveryRow(long Sequence, SubscriberRow Subscriber, string MessageId, string? Body, int Tries);
