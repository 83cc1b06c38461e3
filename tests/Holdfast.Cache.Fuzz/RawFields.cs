using System.Text;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Fuzz;

/// <summary>Fields written as <c>Name:value</c>, of whose values only spaces and tabs around them are taken away, as an HTTP parser does.</summary>
internal sealed class RawFields(params string[] lines) : IFields
{
    private readonly (byte[] Name, byte[] Value)[] _fields =
    [
        .. lines.Select(l =>
            (
                Encoding.Latin1.GetBytes(l[..l.IndexOf(':', StringComparison.Ordinal)]),
                Encoding.Latin1.GetBytes(l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(' ', '\t'))
            )
        ),
    ];

    public int Count => _fields.Length;

    public ReadOnlySpan<byte> NameAt(int index) => _fields[index].Name;

    public FieldName FieldAt(int index) => FieldNames.Find(NameAt(index));

    public ReadOnlySpan<byte> ValueAt(int index) => _fields[index].Value;
}
