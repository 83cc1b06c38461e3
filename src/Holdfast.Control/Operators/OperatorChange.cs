namespace Holdfast.Control.Operators;

/// <summary>A change of an operator.</summary>
/// <param name="What">What the audit log calls it.</param>
/// <param name="Apply">Gives the operator as it shall be.</param>
internal sealed record OperatorChange(string What, Func<StoredOperator, StoredOperator> Apply)
{
    /// <summary>The hashes of new recovery codes, in the place of all others; null leaves them as they are.</summary>
    public IReadOnlyList<byte[]>? RecoveryCodes { get; init; }

    /// <summary>The only session of the operator that goes on (empty: none); null ends none.</summary>
    public string? EndsSessionsBut { get; init; }
}
