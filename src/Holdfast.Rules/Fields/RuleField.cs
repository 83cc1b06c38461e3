using System.Collections.Immutable;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Fields;

/// <summary>One field of the language.</summary>
public sealed class RuleField : IEquatable<RuleField>
{
    internal RuleField(string name, RuleType type, SignalSource source, Signal? signal, ImmutableArray<string> aliases)
    {
        Name = name;
        Type = type;
        Source = source;
        Signal = signal;
        Aliases = aliases;
    }

    /// <summary>The name that the canonical text uses.</summary>
    public string Name { get; }

    /// <summary>Older names of the same.</summary>
    public ImmutableArray<string> Aliases { get; }

    /// <summary>What it is.</summary>
    public RuleType Type { get; }

    /// <summary>Who knows it.</summary>
    public SignalSource Source { get; }

    /// <summary>The signal that it reads; null when nobody here knows it.</summary>
    public Signal? Signal { get; }

    /// <summary>Whether it says something about the response.</summary>
    public bool IsOfResponse => Source == SignalSource.Response;

    /// <summary>Whether it says something about the request's body.</summary>
    public bool IsOfBody => Name.StartsWith("http.request.body.", StringComparison.Ordinal);

    /// <summary>
    /// Whether it is a map whose names are in lower case whatever was sent: header names are; cookies and arguments keep theirs.
    /// </summary>
    public bool HasLowerCaseNames => Type.Kind == RuleKind.Map && Name.EndsWith(".headers", StringComparison.Ordinal);

    /// <inheritdoc />
    public bool Equals(RuleField? other) => ReferenceEquals(this, other);

    /// <inheritdoc />
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc />
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
