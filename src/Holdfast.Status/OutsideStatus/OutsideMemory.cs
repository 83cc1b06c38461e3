using System.Collections.Immutable;

namespace Holdfast.Status.OutsideStatus;

/// <summary>What is known of one outside service's page. One thread at a time, but <see cref="Copy"/>, which any may read.</summary>
internal sealed class OutsideMemory
{
    /// <summary>While a page cannot be read, what it said last counts for so long: a provider's page may fall with the provider.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(1);

    private volatile OutsideCopy? copy;
    private DateTimeOffset readAt;

    /// <summary>What was read last, or null.</summary>
    public OutsideCopy? Copy => copy;

    /// <summary>What it tells now, as far as it is known.</summary>
    public ImmutableArray<OutsideTrouble> Troubles { get; private set; } = [];

    /// <summary>Takes a look's result.</summary>
    /// <param name="now">When it was looked.</param>
    /// <param name="read">What was read; null where the page could not be.</param>
    public void Take(DateTimeOffset now, OutsideCopy? read)
    {
        if (read is not null)
        {
            copy = read;
            readAt = now;
        }

        Troubles = copy is { } known && now - readAt < Lasts ? known.Reading.Now(now) : [];
    }
}
