namespace Holdfast.Rules.Evaluation;

/// <summary>Writes a computed value whose length isn't known beforehand.</summary>
internal ref struct ByteWriter(RuleEvaluation evaluation)
{
    private const int FirstSize = 256;

    private Span<byte> _bytes;
    private int _length;

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _bytes[.._length];

    /// <summary>Writes bytes.</summary>
    /// <returns>False when the evaluation has computed too much.</returns>
    public bool TryAppend(scoped ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _length < bytes.Length)
        {
            if (!evaluation.TryTake(Math.Max(FirstSize, 2 * (_length + bytes.Length)), out var larger))
            {
                return false;
            }

            _bytes[.._length].CopyTo(larger);
            _bytes = larger;
        }

        bytes.CopyTo(_bytes[_length..]);
        _length += bytes.Length;
        return true;
    }
}
