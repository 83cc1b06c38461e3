using System.Text;

namespace Holdfast.Cache.Fields;

/// <summary>Finds a <see cref="FieldName"/> by its text, without regard to case.</summary>
public static class FieldNames
{
    private const int Longest = 29;

    // By length, so that a name is compared with at most a handful of others.
    private static readonly (byte[] Text, FieldName Name)[][] ByLength = Build();

    /// <summary>The field of this name, or <see cref="FieldName.Other"/>.</summary>
    public static FieldName Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > Longest)
        {
            return FieldName.Other;
        }

        foreach (var (text, known) in ByLength[name.Length])
        {
            if ((text[0] | 0x20) == (name[0] | 0x20) && Ascii.EqualsIgnoreCase(text, name))
            {
                return known;
            }
        }

        return FieldName.Other;
    }

    /// <summary>
    /// Whether a cache keeps this field out of what it stores, whoever sends it: it belongs to one connection, or to a proxy (RFC 9111
    /// section 3.1); or it is written anew with every answer (Age, Content-Length).
    /// </summary>
    internal static bool IsNeverStored(FieldName name) =>
        name
            is FieldName.Age
                or FieldName.Connection
                or FieldName.ContentLength
                or FieldName.KeepAlive
                or FieldName.ProxyAuthenticate
                or FieldName.ProxyAuthenticationInfo
                or FieldName.ProxyAuthorization
                or FieldName.ProxyConnection
                or FieldName.Te
                or FieldName.Trailer
                or FieldName.TransferEncoding
                or FieldName.Upgrade;

    /// <summary>Whether a name stands in a field that lists names (Connection).</summary>
    internal static bool IsListed<T>(T fields, FieldName list, ReadOnlySpan<byte> name)
        where T : IFields
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields.FieldAt(i) != list)
            {
                continue;
            }

            var members = new FieldList(fields.ValueAt(i));
            while (members.MoveNext())
            {
                if (Ascii.EqualsIgnoreCase(members.Current, name))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static (byte[] Text, FieldName Name)[][] Build()
    {
        var byLength = new List<(byte[], FieldName)>[Longest + 1];
        foreach (var name in Enum.GetValues<FieldName>())
        {
            if (name == FieldName.Other)
            {
                continue;
            }

            var text = new StringBuilder();
            foreach (var letter in name.ToString())
            {
                if (char.IsUpper(letter) && text.Length > 0)
                {
                    text.Append('-');
                }

                text.Append(letter);
            }

            var bytes = Encoding.ASCII.GetBytes(name == FieldName.ETag ? "ETag" : text.ToString());
            (byLength[bytes.Length] ??= []).Add((bytes, name));
        }

        return [.. byLength.Select(names => names?.ToArray() ?? [])];
    }
}
