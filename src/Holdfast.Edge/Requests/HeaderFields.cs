using Holdfast.Cache.Fields;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Requests;

/// <summary>A message's fields as the cache reads them.</summary>
internal readonly struct HeaderFields(HeaderBlock headers) : IFields
{
    /// <inheritdoc/>
    public int Count => headers.Count;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> NameAt(int index) => headers.NameAt(index);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> ValueAt(int index) => headers.ValueAt(index);
}
