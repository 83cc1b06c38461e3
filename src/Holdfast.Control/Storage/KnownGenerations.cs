using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Control.Storage;

/// <summary>The generations at which whoever changes a thing is ready to change it. Null in its place means that any will do, and none.</summary>
internal sealed class KnownGenerations
{
    /// <summary>Any, but the thing must be there.</summary>
    public static readonly KnownGenerations Any = new([], true);

    private readonly ImmutableArray<long> _generations;
    private readonly bool _any;

    private KnownGenerations(ImmutableArray<long> generations, bool any)
    {
        _generations = generations;
        _any = any;
    }

    /// <summary>One of these; when there are none, nothing can be changed.</summary>
    public static KnownGenerations Of(ImmutableArray<long> generations) => new(generations, false);

    /// <summary>Refuses a change of a thing that is at another generation.</summary>
    /// <param name="present">The thing's generation, or null when it is not there.</param>
    /// <exception cref="StaleGenerationException">It is at another one, or not there.</exception>
    public void Require(long? present)
    {
        if (present is { } generation ? !_any && !_generations.Contains(generation) : true)
        {
            throw new StaleGenerationException(Text(), present);
        }
    }

    private string Text() =>
        _any ? "any generation"
        : _generations.IsEmpty ? "a generation that was named"
        : string.Join(" or ", _generations.Select(generation => generation.ToString(CultureInfo.InvariantCulture)));
}
