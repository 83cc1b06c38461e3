using System.Text;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>Invalidation by unsafe methods (RFC 9111 section 4.4).</content>
public sealed partial class CacheExchange
{
    private void Invalidate<T>(int status, T fields)
        where T : IFields
    {
        if (status is < 200 or > 399)
        {
            return;
        }

        store.Remove(_key.Written);
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields.FieldAt(i) is FieldName.Location or FieldName.ContentLocation)
            {
                Invalidate(fields.ValueAt(i));
            }
        }
    }

    // Only what has the same origin as the target: nobody may invalidate another's responses.
    private void Invalidate(ReadOnlySpan<byte> reference)
    {
        if (KeyOf(reference) is { } key)
        {
            store.Remove(key.Written);
        }
    }

    // The key of what a reference names, without what rules add; null when it has another origin than the target.
    private ByteBuffer? KeyOf(ReadOnlySpan<byte> reference)
    {
        var scopeEnd = _key.Written.IndexOf((byte)0) + 1;
        var target = Encoding.Latin1.GetString(_key.Written[scopeEnd..]);
        if (
            !Uri.TryCreate(target, UriKind.Absolute, out var from)
            || !Uri.TryCreate(from, Encoding.Latin1.GetString(reference), out var to)
            || Uri.Compare(from, to, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0
        )
        {
            return null;
        }

        var key = new ByteBuffer();
        key.Add(_key.Written[.._originLength]);
        key.Add(Encoding.Latin1.GetBytes(to.AbsolutePath));
        if (_policy.Level != Model.Zones.CacheLevel.Simplified)
        {
            AddQuery(key, Encoding.Latin1.GetBytes(to.Query));
        }

        return key;
    }
}
