using Holdfast.Control.Envelope;
using Holdfast.Model.Lists;

namespace Holdfast.Control.Lists;

/// <summary>
/// Whether the items of a list may become so many more or fewer at once. A generator that lists everything twice, and a clean-up that finds
/// nothing, are met here: whoever means it says how many items there will be.
/// </summary>
internal static class RowCounts
{
    /// <summary>The query parameter that says it.</summary>
    public const string Parameter = "confirm_items";

    /// <exception cref="ApiException">There are too many items, or the change was not confirmed, or another number was.</exception>
    public static void Require(int before, int after, long? confirmed)
    {
        if (after > ListLimits.Items)
        {
            throw ListErrors.Conflict($"the list would have {after} items; it can have at most {ListLimits.Items}");
        }

        if (confirmed is { } said && said != after)
        {
            throw ListErrors.Conflict($"{Parameter} says {said}, and the list would have {after} items: nothing was changed");
        }

        var isEmptied = after == 0 && before > 0;
        var isLarge = before >= ListLimits.ItemsToConfirm && (after > 2L * before || after < before / 2);
        if (confirmed is null && (isEmptied || isLarge))
        {
            throw ListErrors.Conflict(
                $"the list has {before} items and would have {after}: nothing was changed; if that is meant, send it with ?{Parameter}={after}"
            );
        }
    }
}
