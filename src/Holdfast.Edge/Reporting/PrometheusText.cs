using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Holdfast.Edge.Reporting;

/// <summary>Writes metrics in Prometheus' text format 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>The format's <c>Content-Type</c>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes all families.</summary>
    public static void Write(ImmutableArray<MetricFamily> families, IBufferWriter<byte> output)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var family in families)
        {
            var name = family.PrometheusName;
            text.Append("# HELP ").Append(name).Append(' ').Append(Escape(family.Help, quoted: false)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
            if (family.Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, family, name);
                continue;
            }

            foreach (var series in family.Series)
            {
                WriteSample(text, name, series.Labels, series.Value());
            }
        }

        Encoding.UTF8.GetBytes(text.ToString(), output);
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, string name)
    {
        var total = 0.0;
        foreach (var series in family.Series)
        {
            total += series.Value();
            WriteSample(text, name + "_bucket", series.Labels, total);
        }

        WriteSample(text, name + "_sum", [], family.Sum!());
        WriteSample(text, name + "_count", [], total);
    }

    private static void WriteSample(StringBuilder text, string name, ImmutableArray<KeyValuePair<string, string>> labels, double value)
    {
        text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"").Append(Escape(labels[i].Value, quoted: true)).Append('"');
        }

        text.Append(labels.IsEmpty ? " " : "} ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string text, bool quoted)
    {
        text = text.Replace("\\", "\\\\").Replace("\n", "\\n");
        return quoted ? text.Replace("\"", "\\\"") : text;
    }
}
