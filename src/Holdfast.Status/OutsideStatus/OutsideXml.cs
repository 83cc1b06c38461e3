using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Holdfast.Status.OutsideStatus;

/// <summary>
/// Reads RSS 2.0 as Amazon and Azure write it, and Atom (RFC 4287) as Google does. A document with a type declaration is refused, so that there are no
/// entities but XML's own, and nothing is loaded from elsewhere.
/// </summary>
internal static class OutsideXml
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    /// <summary>Times of day that RFC 822 knows by name, and their hours from UTC: Amazon writes PST and PDT.</summary>
    private static readonly ImmutableArray<(string Zone, string Offset)> Zones =
    [
        (" UT", " +00:00"),
        (" UTC", " +00:00"),
        (" GMT", " +00:00"),
        (" Z", " +00:00"),
        (" EST", " -05:00"),
        (" EDT", " -04:00"),
        (" CST", " -06:00"),
        (" CDT", " -05:00"),
        (" MST", " -07:00"),
        (" MDT", " -06:00"),
        (" PST", " -08:00"),
        (" PDT", " -07:00"),
    ];

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It is neither RSS nor Atom.</exception>
    public static OutsideReading Read(ReadOnlyMemory<byte> document)
    {
        var root = Root(document);
        var entries = root.Name.LocalName switch
        {
            "rss" when root.Element("channel") is { } channel => channel.Elements("item").Take(OutsideLimits.Entries).Select(OfRss),
            "feed" when root.Name.Namespace == Atom => root.Elements(Atom + "entry").Take(OutsideLimits.Entries).Select(OfAtom),
            _ => throw new FormatException($"its first element is {root.Name.LocalName}, neither rss with a channel nor Atom's feed"),
        };

        // Each update of one event is an entry of its own: the newest says how far it is.
        return new OutsideReading([
            .. entries
                .GroupBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(group => group.OrderByDescending(entry => entry.At ?? DateTimeOffset.MaxValue).First())
                .Where(entry => !OutsideWords.IsOver(entry.Title, entry.Text))
                .OrderByDescending(entry => entry.At ?? DateTimeOffset.MaxValue)
                .Take(OutsideLimits.Troubles)
                .Select(entry => new OutsideTrouble(
                    OutsideWords.Title(entry.Title),
                    entry.At,
                    OutsideRegions.Of($"{entry.Key} {entry.Title} {entry.Text}")
                )),
        ]);
    }

    private static XElement Root(ReadOnlyMemory<byte> document)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = OutsideLimits.DocumentBytes,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            using var bytes = new MemoryStream(document.ToArray(), writable: false);
            using var reader = XmlReader.Create(bytes, settings);
            return Load(reader);
        }
        catch (XmlException fault)
        {
            throw new FormatException($"it is no XML that is read here: {fault.Message}", fault);
        }
    }

    /// <summary>Loads the document as far as feeds go: a tree that is deeper than <c>MaxDepth</c> is none of them.</summary>
    private static XElement Load(XmlReader reader)
    {
        const int maxDepth = 32;
        var root = new XElement("none");
        var path = new Stack<XElement>();
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                if (path.Count >= maxDepth)
                {
                    throw new FormatException(FormattableString.Invariant($"its elements are nested more than {maxDepth} deep"));
                }

                var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                var isEmpty = reader.IsEmptyElement;
                while (reader.MoveToNextAttribute())
                {
                    if (reader.NamespaceURI.Length == 0)
                    {
                        element.SetAttributeValue(reader.LocalName, reader.Value);
                    }
                }

                if (path.TryPeek(out var parent))
                {
                    parent.Add(element);
                }
                else
                {
                    root = element;
                }

                if (!isEmpty)
                {
                    path.Push(element);
                }
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                path.Pop();
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace && path.Count > 0)
            {
                path.Peek().Add(new XText(reader.Value));
            }
        }

        return root;
    }

    private static Entry OfRss(XElement item)
    {
        var title = Text(item.Element("title"));
        var guid = Text(item.Element("guid"));
        var link = Text(item.Element("link"));
        return new Entry(
            KeyOf(
                guid.Length > 0 ? guid
                : link.Length > 0 ? link
                : title
            ),
            title,
            Text(item.Element("description")) + string.Concat(item.Elements("category").Take(20).Select(category => " " + category.Value)),
            Time(Text(item.Element(Atom + "updated"))) ?? Time(Text(item.Element("pubDate")))
        );
    }

    private static Entry OfAtom(XElement entry)
    {
        var title = Text(entry.Element(Atom + "title"));
        var links = entry.Elements(Atom + "link").ToList();
        var link = (links.Find(one => (string?)one.Attribute("rel") is null or "alternate"))?.Attribute("href")?.Value;
        var text = entry.Element(Atom + "content") ?? entry.Element(Atom + "summary");

        // Google has one address for each event, and an id for each update of it.
        return new Entry(
            link is { Length: > 0 } ? link
                : Text(entry.Element(Atom + "id")) is { Length: > 0 } id ? id
                : title,
            title,
            Text(text),
            Time(Text(entry.Element(Atom + "updated"))) ?? Time(Text(entry.Element(Atom + "published")))
        );
    }

    /// <summary>Amazon's <c>https://status.aws.amazon.com/#ec2-us-east-1_1642200240</c> is of service and region, and an update's time.</summary>
    private static string KeyOf(string guid)
    {
        var end = guid.LastIndexOf('_');
        return end > 0 && guid.Contains('#', StringComparison.Ordinal) && guid.AsSpan(end + 1).IndexOfAnyExceptInRange('0', '9') < 0
            ? guid[..end]
            : guid;
    }

    private static string Text(XElement? element)
    {
        // Atom's xhtml text has elements of its own: their words count, and what is bold in them.
        var text =
            element is null ? ""
            : element.HasElements ? element.ToString(SaveOptions.DisableFormatting)
            : element.Value;
        return text.Length <= OutsideLimits.TextLength ? text.Trim() : text[..OutsideLimits.TextLength].Trim();
    }

    private static DateTimeOffset? Time(string text)
    {
        // The day of the week says nothing more, and where it is wrong the rest is right.
        text = text.IndexOf(',', StringComparison.Ordinal) is > 0 and < 10 and var comma ? text[(comma + 1)..].Trim() : text;
        foreach (var (zone, offset) in Zones)
        {
            if (text.EndsWith(zone, StringComparison.OrdinalIgnoreCase))
            {
                text = text[..^zone.Length] + offset;
                break;
            }
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }

    private sealed record Entry(string Key, string Title, string Text, DateTimeOffset? At);
}
