using Holdfast.Control.Envelope;

namespace Holdfast.Control.Lists;

/// <summary>What there is not, and what cannot be.</summary>
internal static class ListErrors
{
    public static ApiException NoList(string id) => ApiException.NotFound($"could not find list {id}");

    public static ApiException NoItem(string id) => ApiException.NotFound($"could not find item {id} in the list");

    public static ApiException NotAllThere(int missing) =>
        ApiException.NotFound($"{missing} of the items are not in the list: nothing was deleted");

    public static ApiException NoOperation(string id) => ApiException.NotFound($"could not find operation {id}; old ones are forgotten");

    public static ApiException Conflict(string message, string? pointer = null) =>
        new(409, new ApiError(ErrorCodes.Conflict, message, pointer));
}
