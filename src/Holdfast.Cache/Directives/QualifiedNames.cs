using System.Text;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Directives;

/// <summary>The field names in <c>no-cache="..."</c> and <c>private="..."</c>: such fields are left out of what is stored.</summary>
internal static class QualifiedNames
{
    /// <summary>Whether a field is named.</summary>
    /// <param name="fields">The response's fields.</param>
    /// <param name="source">The field whose directives count: Cache-Control or a targeted one.</param>
    /// <param name="name">The field in question.</param>
    public static bool Contain<T>(T fields, FieldName source, ReadOnlySpan<byte> name)
        where T : IFields
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields.FieldAt(i) != source)
            {
                continue;
            }

            var found = source == FieldName.CacheControl ? InDirectives(fields.ValueAt(i), name) : InDictionary(fields.ValueAt(i), name);
            if (found)
            {
                return true;
            }
        }

        return false;
    }

    private static bool InDirectives(ReadOnlySpan<byte> value, ReadOnlySpan<byte> name)
    {
        var reader = new DirectiveReader(value);
        while (reader.MoveNext())
        {
            if (DirectiveNames.Find(reader.Name) is Directive.NoCache or Directive.Private && InList(reader.Argument, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool InDictionary(ReadOnlySpan<byte> value, ReadOnlySpan<byte> name)
    {
        var dictionary = new StructuredDictionary(value);
        while (dictionary.MoveNext())
        {
            if (
                DirectiveNames.FindExact(dictionary.Key) is Directive.NoCache or Directive.Private
                && dictionary.Type is ItemType.String or ItemType.Token
                && InList(dictionary.Text, name)
            )
            {
                return true;
            }
        }

        return false;
    }

    private static bool InList(ReadOnlySpan<byte> list, ReadOnlySpan<byte> name)
    {
        var members = new FieldList(list);
        while (members.MoveNext())
        {
            if (Ascii.EqualsIgnoreCase(members.Current, name))
            {
                return true;
            }
        }

        return false;
    }
}
