using System.Buffers;
using System.Text;

namespace Holdfast.Edge.ErrorPages;

/// <summary>
/// A page with places to fill in: <c>{{name}}</c> is replaced, and what stands between <c>{{#name}}</c> and <c>{{/name}}</c> is left out
/// when there is nothing for that name. Split once into UTF-8 pieces; writing it copies them. Immutable.
/// </summary>
internal sealed class PageTemplate
{
    private readonly Piece[] _pieces;

    private PageTemplate(Piece[] pieces) => _pieces = pieces;

    /// <summary>What fills one of a template's places.</summary>
    public interface IFiller
    {
        /// <summary>Writes what belongs at the place, escaped for HTML; writes nothing when there is nothing.</summary>
        void Write(PageSlot slot, IBufferWriter<byte> output);

        /// <summary>Whether there is anything for the place.</summary>
        bool Has(PageSlot slot);
    }

    /// <summary>Reads a template from the program's resources, with the pages' common style put in its place.</summary>
    public static PageTemplate FromResource(string name) => Parse(Resource(name).Replace("{{style}}", Resource("page.css").TrimEnd()));

    /// <summary>Writes the page.</summary>
    public void Write<TFiller>(ref TFiller filler, IBufferWriter<byte> output)
        where TFiller : IFiller, allows ref struct
    {
        for (var i = 0; i < _pieces.Length; i++)
        {
            ref readonly var piece = ref _pieces[i];
            switch (piece.Kind)
            {
                case PieceKind.Text:
                    output.Write(piece.Text);
                    break;
                case PieceKind.Slot:
                    filler.Write(piece.Slot, output);
                    break;
                default:
                    i = filler.Has(piece.Slot) ? i : piece.End;
                    break;
            }
        }
    }

    private static string Resource(string name)
    {
        using var stream =
            typeof(PageTemplate).Assembly.GetManifestResourceStream("Holdfast.Edge.ErrorPages." + name)
            ?? throw new InvalidOperationException($"the program was built without its resource {name}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static PageTemplate Parse(string text)
    {
        var pieces = new List<Piece>();
        var open = new Stack<int>();
        var at = 0;
        while (at < text.Length)
        {
            var start = text.IndexOf("{{", at, StringComparison.Ordinal);
            var stop = start < 0 ? text.Length : start;
            if (stop > at)
            {
                pieces.Add(new Piece(PieceKind.Text, default, Encoding.UTF8.GetBytes(text[at..stop]), 0));
            }

            if (start < 0)
            {
                break;
            }

            var end = text.IndexOf("}}", start, StringComparison.Ordinal);
            var name = text[(start + 2)..end];
            at = end + 2;
            if (name[0] == '/')
            {
                var begin = open.Pop();
                pieces[begin] = pieces[begin] with { End = pieces.Count - 1 };
            }
            else
            {
                var slot = Enum.Parse<PageSlot>(name.TrimStart('#').Replace("_", ""), ignoreCase: true);
                if (name[0] == '#')
                {
                    open.Push(pieces.Count);
                }

                pieces.Add(new Piece(name[0] == '#' ? PieceKind.Section : PieceKind.Slot, slot, [], 0));
            }
        }

        return new PageTemplate([.. pieces]);
    }

    private enum PieceKind
    {
        Text,
        Slot,
        Section,
    }

    /// <param name="Kind">What it is.</param>
    /// <param name="Slot">For a place or a section: which.</param>
    /// <param name="Text">For text: its bytes.</param>
    /// <param name="End">For a section: the index of its last piece.</param>
    private readonly record struct Piece(PieceKind Kind, PageSlot Slot, byte[] Text, int End);
}

/// <summary>The places that the pages have. In a template they are written in lower case with underscores.</summary>
internal enum PageSlot
{
    /// <summary>The error's code.</summary>
    Code,

    /// <summary>The error's title.</summary>
    Title,

    /// <summary>The host that was asked for.</summary>
    Host,

    /// <summary>Whose fault it is, as a sentence.</summary>
    Summary,

    /// <summary><c>ok</c> or <c>bad</c>: the visitor.</summary>
    You,

    /// <summary>The visitor's state in words.</summary>
    YouWords,

    /// <summary><c>ok</c> or <c>bad</c>: the edge.</summary>
    Edge,

    /// <summary>The edge's state in words.</summary>
    EdgeWords,

    /// <summary>The line from the visitor to the edge: empty, <c>cut</c> or <c>idle</c>.</summary>
    EdgeLink,

    /// <summary><c>ok</c> or <c>bad</c>: the site's server.</summary>
    Origin,

    /// <summary>The server's state in words.</summary>
    OriginWords,

    /// <summary>The line from the edge to the server: empty, <c>cut</c> or <c>idle</c>.</summary>
    OriginLink,

    /// <summary>What happened.</summary>
    What,

    /// <summary>More about what happened.</summary>
    Detail,

    /// <summary>What the visitor can do.</summary>
    Visitor,

    /// <summary>What the owner can do.</summary>
    Owner,

    /// <summary>The status page's address.</summary>
    Status,

    /// <summary>The ray id.</summary>
    Ray,

    /// <summary>The visitor's address.</summary>
    Client,

    /// <summary>The time for people, without its zone.</summary>
    Time,

    /// <summary>The time for machines (RFC 3339).</summary>
    TimeIso,

    /// <summary>The edge's node name.</summary>
    Node,
}
