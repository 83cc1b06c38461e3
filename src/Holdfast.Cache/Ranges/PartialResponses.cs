using Holdfast.Cache.Decisions;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Ranges;

/// <summary>Puts parts into the store: beside those that are there when a strong validator is the same (RFC 9111 section 3.4), else in their place.</summary>
internal static class PartialResponses
{
    /// <summary>Stores a part. With the last missing one the response is a whole.</summary>
    /// <returns>What is stored now.</returns>
    public static StoredResponse Add(MemoryStore store, ResponseBuilder head, PartialBody part)
    {
        var added = head.End(part);
        var present = store.FindLike(added);
        var stored =
            present is null || present.BodyLength != added.BodyLength || !StrongValidator.IsSame(present, added) ? Joined(head, added, part)
            // The whole is here; what the origin said with the part counts for it too.
            : present.SeparateBody is not PartialBody before ? head.End(present)
            : before.With(part) is { } both && both.Held <= store.Limits.LargestBody ? Joined(head, null, both)
            : added;
        store.Add(stored);
        return stored;
    }

    /// <summary>Stores what came of a body that was broken off, if it can be put together with the rest later.</summary>
    public static void AddBrokenOff(MemoryStore store, ResponseBuilder head, PartialBody part)
    {
        var added = head.End(part);
        if (StrongValidator.IsThere(added) && store.FindLike(added) is null or { IsPartial: true })
        {
            Add(store, head, part);
        }
    }

    private static StoredResponse Joined(ResponseBuilder head, StoredResponse? made, PartialBody body) =>
        body.IsComplete ? head.End(body.ToWhole()) : made ?? head.End(body);
}
