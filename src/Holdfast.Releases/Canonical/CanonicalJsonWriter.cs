using System.Buffers;
using System.Text.Json.Nodes;

namespace Holdfast.Releases.Canonical;

/// <summary>
/// Writes the form of <see cref="CanonicalJson"/> piece by piece, without a tree of the whole value: for what is large. The caller gives
/// the members of an object in their order.
/// </summary>
public sealed class CanonicalJsonWriter
{
    private readonly ArrayBufferWriter<byte> _buffer;

    // For each array and object that is open: whether nothing is in it yet, and the last member's name.
    private readonly Stack<(bool Empty, string? Member)> _open = new();

    // A member's name has been written and its value has not.
    private bool _named;

    /// <summary>Begins with nothing.</summary>
    /// <param name="sizeHint">About how many bytes it will be; at least 1.</param>
    public CanonicalJsonWriter(int sizeHint) => _buffer = new ArrayBufferWriter<byte>(sizeHint);

    /// <summary>Begins an object.</summary>
    /// <exception cref="FormatException">It is deeper than <see cref="CanonicalJson.MaxDepth"/>.</exception>
    public void StartObject() => Start("{"u8);

    /// <summary>Ends the innermost object.</summary>
    public void EndObject() => End("}"u8);

    /// <summary>Begins an array.</summary>
    /// <exception cref="FormatException">It is deeper than <see cref="CanonicalJson.MaxDepth"/>.</exception>
    public void StartArray() => Start("["u8);

    /// <summary>Ends the innermost array.</summary>
    public void EndArray() => End("]"u8);

    /// <summary>Names the member whose value comes next.</summary>
    /// <exception cref="InvalidOperationException">It does not come behind the one before it, by UTF-16 code units.</exception>
    public void Name(string name)
    {
        var (empty, before) = _open.Pop();
        if (before is not null && string.CompareOrdinal(before, name) >= 0)
        {
            throw new InvalidOperationException($"the member {name} comes before {before}");
        }

        _buffer.Write(empty ? ""u8 : ","u8);
        _open.Push((false, name));
        CanonicalJson.WriteString(name, _buffer);
        _buffer.Write(":"u8);
        _named = true;
    }

    /// <summary>Writes a text, or null.</summary>
    /// <exception cref="FormatException">It is not valid UTF-16.</exception>
    public void Value(string? text)
    {
        Separate();
        if (text is null)
        {
            _buffer.Write("null"u8);
        }
        else
        {
            CanonicalJson.WriteString(text, _buffer);
        }
    }

    /// <summary>Writes true or false.</summary>
    public void Value(bool value)
    {
        Separate();
        _buffer.Write(value ? "true"u8 : "false"u8);
    }

    /// <summary>Writes any value.</summary>
    /// <exception cref="FormatException">As <see cref="CanonicalJson.Write(JsonNode)"/> says.</exception>
    public void Value(JsonNode? value)
    {
        Separate();
        CanonicalJson.Write(value, _buffer, _open.Count);
    }

    /// <summary>Writes a value whose canonical bytes the caller has: for the thousands of one form in a list.</summary>
    public void Canonical(ReadOnlySpan<byte> value)
    {
        Separate();
        _buffer.Write(value);
    }

    /// <summary>The bytes so far.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    private void Start(ReadOnlySpan<byte> bracket)
    {
        if (_open.Count > CanonicalJson.MaxDepth)
        {
            throw new FormatException($"the value is nested deeper than {CanonicalJson.MaxDepth} levels");
        }

        Separate();
        _buffer.Write(bracket);
        _open.Push((true, null));
    }

    private void End(ReadOnlySpan<byte> bracket)
    {
        _open.Pop();
        _buffer.Write(bracket);
    }

    // A value of an array that is not its first stands behind a comma; a member's value stands behind its name.
    private void Separate()
    {
        if (!_named && _open.TryPop(out var around))
        {
            _buffer.Write(around.Empty ? ""u8 : ","u8);
            _open.Push((false, around.Member));
        }

        _named = false;
    }
}
