using Holdfast.Cache.Facts;

namespace Holdfast.Cache.Decisions;

/// <summary>The age arithmetic of RFC 9111 section 4.2.3, in milliseconds.</summary>
public static class Age
{
    /// <summary><c>corrected_initial_age</c>: how old a response was when it came.</summary>
    /// <param name="response">Its facts.</param>
    /// <param name="requested">When it was asked for, milliseconds since 1970.</param>
    /// <param name="received">When its head came.</param>
    public static long Initial(in ResponseFacts response, long requested, long received)
    {
        // Date has whole seconds, so the clock is cut to them: otherwise every response would seem half a second old.
        var apparent = Math.Max(0, (received / 1000) - response.Date) * 1000;
        var corrected = (response.Age * 1000) + Math.Max(0, received - requested);
        return Math.Max(apparent, corrected);
    }

    /// <summary><c>current_age</c>.</summary>
    /// <param name="initial"><see cref="Initial"/> of the response.</param>
    /// <param name="received">When its head came.</param>
    /// <param name="now">The time now.</param>
    public static long Current(long initial, long received, long now) => initial + Math.Max(0, now - received);
}
