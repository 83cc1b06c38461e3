using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Directives;

/// <summary>
/// The directives of a message as values. Filled from Cache-Control lines by <see cref="Add"/> (RFC 9111 section 5.2) or from a targeted
/// field by <see cref="TargetedField"/> (RFC 9213).
/// </summary>
public record struct CacheDirectives
{
    /// <summary>A directive that is there with a value that is none: what it governs counts as used up (RFC 9111 section 4.2.1).</summary>
    public const long Invalid = -1;

    /// <summary>Which directives are there.</summary>
    public Directive Present { get; private set; }

    /// <summary>Seconds, or <see cref="Invalid"/>; meaningful when <see cref="Present"/> has it. The others alike.</summary>
    public long MaxAge { get; private set; }

    /// <summary><c>s-maxage</c>.</summary>
    public long SharedMaxAge { get; private set; }

    /// <summary><c>stale-while-revalidate</c>.</summary>
    public long StaleWhileRevalidate { get; private set; }

    /// <summary><c>stale-if-error</c>.</summary>
    public long StaleIfError { get; private set; }

    /// <summary><c>max-stale</c>; <see cref="Octets.LargestDelta"/> without a value.</summary>
    public long MaxStale { get; private set; }

    /// <summary><c>min-fresh</c>.</summary>
    public long MinFresh { get; private set; }

    /// <summary>Whether any of these is there.</summary>
    public readonly bool Has(Directive any) => (Present & any) != 0;

    /// <summary>Adds the directives of one more Cache-Control line. Where one comes twice, the first counts.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        var reader = new DirectiveReader(line);
        while (reader.MoveNext())
        {
            var directive = DirectiveNames.Find(reader.Name);
            if (directive is Directive.NoCache or Directive.Private)
            {
                // An argument that cannot be read, or that names nothing, limits nothing: the directive counts in full.
                Set(HasFieldNames(reader) ? Qualified(directive) : directive, 0);
            }
            else if (directive != Directive.None && !Has(directive))
            {
                Set(directive, ValueOf(directive, reader));
            }
        }

        if (reader.EndsInsideQuotes)
        {
            Present |= Directive.Unreadable;
        }
    }

    /// <summary>Sets a directive, whether it was there or not.</summary>
    internal void Set(Directive directive, long value)
    {
        Present |= directive;
        switch (directive)
        {
            case Directive.MaxAge:
                MaxAge = value;
                break;
            case Directive.SharedMaxAge:
                SharedMaxAge = value;
                break;
            case Directive.StaleWhileRevalidate:
                StaleWhileRevalidate = value;
                break;
            case Directive.StaleIfError:
                StaleIfError = value;
                break;
            case Directive.MaxStale:
                MaxStale = value;
                break;
            case Directive.MinFresh:
                MinFresh = value;
                break;
        }
    }

    /// <summary>Takes a directive out again.</summary>
    internal void Unset(Directive directive) => Present &= ~directive;

    /// <summary>The form of <c>no-cache</c> or <c>private</c> that names fields.</summary>
    internal static Directive Qualified(Directive directive) =>
        directive == Directive.NoCache ? Directive.NoCacheFields : Directive.PrivateFields;

    private static bool HasFieldNames(in DirectiveReader reader) =>
        reader.Form is ArgumentForm.Token or ArgumentForm.Quoted && new FieldList(reader.Argument).MoveNext();

    private static long ValueOf(Directive directive, in DirectiveReader reader)
    {
        if (directive == Directive.MaxStale && reader.Form == ArgumentForm.None)
        {
            return Octets.LargestDelta;
        }

        return reader.Form is ArgumentForm.Token or ArgumentForm.Quoted && Octets.TryReadDelta(reader.Argument, out var seconds)
            ? seconds
            : Invalid;
    }
}
