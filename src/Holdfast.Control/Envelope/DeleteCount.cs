using System.Globalization;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Envelope;

/// <summary>
/// Whoever deletes several things in one call says how many (the design's law 17): a clean-up whose list came out longer than its author
/// thinks is met here. One thing that is named by its id needs no number, and what belongs to it goes with it.
/// </summary>
internal static class DeleteCount
{
    /// <summary>The query parameter that says it.</summary>
    public const string Name = "confirm_deletes";

    /// <summary>The same for the operation's description.</summary>
    public static ApiParameter Parameter { get; } =
        new(Name, ApiSchema.Whole("How many things the call deletes: needed when it is more than one. Another number is refused.", 1));

    /// <param name="request">May say how many its sender deletes.</param>
    /// <param name="count">How many it does delete.</param>
    /// <exception cref="ApiException">They are several and their number is not said, or another is.</exception>
    public static void Require(HttpRequest request, int count)
    {
        var said = Paging.CountOrNull(request, Name);
        if (said is { } number && number != count)
        {
            throw Refused($"{Name} says {number}, and the call deletes {count}: nothing was changed");
        }

        if (said is null && count > 1)
        {
            throw Refused($"the call deletes {count} things: nothing was changed; if that is meant, send it with ?{Name}={count}");
        }
    }

    private static ApiException Refused(FormattableString message) =>
        new(409, new ApiError(ErrorCodes.Conflict, message.ToString(CultureInfo.InvariantCulture)));
}
