using Holdfast.Cache.Fields;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Requests;

/// <summary>A message's fields as the cache reads them.</summary>
internal readonly struct HeaderFields(HeaderBlock headers) : IFields
{
    // By known header; null where the name has to be looked up.
    private static readonly FieldName?[] Known =
    [
        .. Enum.GetValues<KnownHeader>()
            .Select(header =>
                header == KnownHeader.Other ? (FieldName?)null
                : Enum.TryParse<FieldName>(header.ToString(), out var name) ? name
                : FieldName.Other
            ),
    ];

    /// <inheritdoc/>
    public int Count => headers.Count;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> NameAt(int index) => headers.NameAt(index);

    /// <inheritdoc/>
    public FieldName FieldAt(int index) => Known[(int)headers.KnownAt(index)] ?? FieldNames.Find(headers.NameAt(index));

    /// <inheritdoc/>
    public ReadOnlySpan<byte> ValueAt(int index) => headers.ValueAt(index);
}
