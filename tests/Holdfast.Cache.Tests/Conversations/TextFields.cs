using System.Text;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Tests.Conversations;

/// <summary>Fields written as <c>Name: value</c>.</summary>
internal sealed class TextFields(params string[] lines) : IFields
{
    private readonly (byte[] Name, byte[] Value)[] _fields =
    [
        .. lines.Select(l => (Encoding.Latin1.GetBytes(l[..l.IndexOf(':')]), Encoding.Latin1.GetBytes(l[(l.IndexOf(':') + 1)..].Trim()))),
    ];

    public IEnumerable<string> Lines => lines;

    public int Count => _fields.Length;

    public ReadOnlySpan<byte> NameAt(int index) => _fields[index].Name;

    public FieldName FieldAt(int index) => FieldNames.Find(NameAt(index));

    public ReadOnlySpan<byte> ValueAt(int index) => _fields[index].Value;
}
