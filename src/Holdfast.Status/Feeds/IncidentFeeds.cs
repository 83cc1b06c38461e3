using System.Text;
using System.Xml;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;

namespace Holdfast.Status.Feeds;

/// <summary>The latest incidents as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1.</summary>
internal static class IncidentFeeds
{
    /// <summary>Incidents in a feed.</summary>
    private const int Listed = 25;

    private const string AtomNamespace = "http://www.w3.org/2005/Atom";

    /// <summary><c>/history.rss</c></summary>
    public static byte[] Rss(PageView view) =>
        Xml(xml =>
        {
            var url = view.Profile.Url;
            xml.WriteStartElement("rss");
            xml.WriteAttributeString("version", "2.0");
            xml.WriteStartElement("channel");
            xml.WriteElementString("title", $"{view.Profile.Name} Status: incidents");
            xml.WriteElementString("link", url);
            xml.WriteElementString("description", $"What went wrong at {view.Profile.Name}, and what is planned");
            xml.WriteElementString("pubDate", Rfc1123(view.Profile.UpdatedAt));
            foreach (var incident in Latest(view))
            {
                xml.WriteStartElement("item");
                xml.WriteElementString("title", incident.Name);
                xml.WriteElementString("description", Html(view, incident));
                xml.WriteElementString("pubDate", Rfc1123(incident.UpdatedAt));
                xml.WriteElementString("link", $"{url}/incidents/{incident.Id}");
                xml.WriteElementString("guid", $"{url}/incidents/{incident.Id}");
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        });

    /// <summary><c>/history.atom</c></summary>
    public static byte[] Atom(PageView view) =>
        Xml(xml =>
        {
            var url = view.Profile.Url;
            xml.WriteStartElement("feed", AtomNamespace);
            xml.WriteElementString("id", AtomNamespace, $"{url}/history.atom");
            xml.WriteElementString("title", AtomNamespace, $"{view.Profile.Name} Status: incidents");
            xml.WriteElementString("updated", AtomNamespace, V2Writer.Text(view.Profile.UpdatedAt));
            Link(xml, "alternate", url);
            Link(xml, "self", $"{url}/history.atom");
            xml.WriteStartElement("author", AtomNamespace);
            xml.WriteElementString("name", AtomNamespace, view.Profile.Name);
            xml.WriteEndElement();
            foreach (var incident in Latest(view))
            {
                xml.WriteStartElement("entry", AtomNamespace);
                xml.WriteElementString("id", AtomNamespace, $"{url}/incidents/{incident.Id}");
                xml.WriteElementString("title", AtomNamespace, incident.Name);
                xml.WriteElementString("published", AtomNamespace, V2Writer.Text(incident.CreatedAt));
                xml.WriteElementString("updated", AtomNamespace, V2Writer.Text(incident.UpdatedAt));
                Link(xml, "alternate", $"{url}/incidents/{incident.Id}");
                xml.WriteStartElement("content", AtomNamespace);
                xml.WriteAttributeString("type", "html");
                xml.WriteString(Html(view, incident));
                xml.WriteEndElement();
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        });

    /// <summary><c>/history.json</c></summary>
    public static byte[] Json(PageView view) =>
        V2Writer.Bytes(json =>
        {
            var url = view.Profile.Url;
            json.WriteStartObject();
            json.WriteString("version", "https://jsonfeed.org/version/1.1");
            json.WriteString("title", $"{view.Profile.Name} Status: incidents");
            json.WriteString("home_page_url", url);
            json.WriteString("feed_url", $"{url}/history.json");
            json.WriteStartArray("items");
            foreach (var incident in Latest(view))
            {
                json.WriteStartObject();
                json.WriteString("id", $"{url}/incidents/{incident.Id}");
                json.WriteString("url", $"{url}/incidents/{incident.Id}");
                json.WriteString("title", incident.Name);
                json.WriteString("content_html", Html(view, incident));
                json.WriteString("date_published", V2Writer.Text(incident.CreatedAt));
                json.WriteString("date_modified", V2Writer.Text(incident.UpdatedAt));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static IEnumerable<Incident> Latest(PageView view) =>
        view
            .State.Incidents.OrderByDescending(incident => incident.UpdatedAt)
            .ThenBy(incident => incident.Id, StringComparer.Ordinal)
            .Take(Listed);

    private static string Html(PageView view, Incident incident)
    {
        var html = new StringBuilder();
        foreach (var update in incident.Updates)
        {
            html.Append("<p><small>").Append(view.Text(update.DisplayAt)).Append("</small><br><strong>");
            html.Append(StatusTexts.Text(update.Status)).Append("</strong></p>").Append(Words.Html(update.Body).Value);
        }

        return html.ToString();
    }

    private static string Rfc1123(DateTimeOffset at) => at.UtcDateTime.ToString("r", System.Globalization.CultureInfo.InvariantCulture);

    private static void Link(XmlWriter xml, string relation, string address)
    {
        xml.WriteStartElement("link", AtomNamespace);
        xml.WriteAttributeString("rel", relation);
        xml.WriteAttributeString("href", address);
        xml.WriteEndElement();
    }

    private static byte[] Xml(Action<XmlWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartDocument();
            write(xml);
        }

        return buffer.ToArray();
    }
}
