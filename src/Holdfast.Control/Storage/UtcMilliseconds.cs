using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Holdfast.Control.Storage;

/// <summary>Times as whole milliseconds since 1970, so that they sort in every engine and come back as UTC.</summary>
internal sealed class UtcMilliseconds : ValueConverter<DateTime, long>
{
    public UtcMilliseconds()
        : base(
            time => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime
        ) { }
}
