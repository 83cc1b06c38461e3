using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Directives;

/// <summary>
/// A targeted cache-control field (RFC 9213 section 2.1): a structured field's dictionary, read strictly. Its lines are one dictionary.
/// </summary>
internal static class TargetedField
{
    /// <summary>Reads the field's lines.</summary>
    /// <param name="fields">The response's fields.</param>
    /// <param name="target">Which targeted field.</param>
    /// <param name="directives">What it says.</param>
    /// <returns>False when it is not there, empty, or no dictionary: then it counts as absent (RFC 9213 section 2.1).</returns>
    public static bool TryRead<T>(T fields, FieldName target, out CacheDirectives directives)
        where T : IFields
    {
        directives = default;
        var members = 0;
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields.FieldAt(i) != target)
            {
                continue;
            }

            var before = members;
            var dictionary = new StructuredDictionary(fields.ValueAt(i));
            while (dictionary.MoveNext())
            {
                members++;
                Take(ref directives, dictionary);
            }

            // An empty line among others would be an empty member of the joined field.
            if (dictionary.Failed || members == before)
            {
                return false;
            }
        }

        return members > 0;
    }

    private static void Take(ref CacheDirectives directives, in StructuredDictionary member)
    {
        var directive = DirectiveNames.FindExact(member.Key);
        if (directive == Directive.None)
        {
            return;
        }

        // Where a key comes twice, the last one counts, whatever its type (RFC 9651 section 4.2.2).
        directives.Unset(directive);
        switch (directive)
        {
            case Directive.MaxAge or Directive.SharedMaxAge or Directive.StaleWhileRevalidate or Directive.StaleIfError:
                directives.Set(
                    directive,
                    member is { Type: ItemType.Integer, Number: >= 0 }
                        ? Math.Min(member.Number, Octets.LargestDelta)
                        : CacheDirectives.Invalid
                );
                break;
            case Directive.NoCache or Directive.Private:
                directives.Unset(CacheDirectives.Qualified(directive));
                if (member.Type is ItemType.String or ItemType.Token && new FieldList(member.Text).MoveNext())
                {
                    directives.Set(CacheDirectives.Qualified(directive), 0);
                }
                else if (member is { Type: ItemType.Boolean, Number: 1 })
                {
                    directives.Set(directive, 0);
                }

                break;
            default:
                if (member is { Type: ItemType.Boolean, Number: 1 })
                {
                    directives.Set(directive, 0);
                }

                break;
        }
    }
}
