using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Decisions;

/// <summary>What proves that two answers are of the same bytes (RFC 9110 section 8.8.1): then their parts may be put together.</summary>
internal static class StrongValidator
{
    /// <summary>
    /// From here on a date is a strong validator: seconds between the change and the answer (RFC 9110 section 8.8.2.2, with the
    /// minute that earlier versions of HTTP demanded for clocks that disagree).
    /// </summary>
    public const int StrongAfterSeconds = 60;

    /// <summary>Whether a stored response has one.</summary>
    public static bool IsThere(StoredResponse stored) =>
        (stored.Flags & StoredFlags.EntityTag) != 0 ? !EntityTag.IsWeak(stored.EntityTag) : IsStrong(stored);

    /// <summary>Whether two responses share one.</summary>
    public static bool IsSame(StoredResponse one, StoredResponse other)
    {
        if (((one.Flags | other.Flags) & StoredFlags.EntityTag) != 0)
        {
            return EntityTag.StronglyEqual(one.EntityTag, other.EntityTag);
        }

        return IsStrong(one) && IsStrong(other) && one.LastModified == other.LastModified;
    }

    private static bool IsStrong(StoredResponse stored) =>
        stored.LastModified != HttpTime.None && stored.Date - stored.LastModified >= StrongAfterSeconds;
}
