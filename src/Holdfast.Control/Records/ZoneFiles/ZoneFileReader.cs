using System.Globalization;
using System.Text;
using Holdfast.Control.Envelope;
using Holdfast.Control.Records.Content;

namespace Holdfast.Control.Records.ZoneFiles;

/// <summary>
/// Reads a zone file (RFC 1035 section 5, RFC 2308 section 4) strictly: every mistake is reported with its line. <c>$INCLUDE</c> and
/// <c>$GENERATE</c> are refused: the one reads files of this machine, the other makes of one line any number of records.
/// </summary>
internal sealed class ZoneFileReader
{
    private static readonly string[] OtherClasses = ["CH", "HS", "CS", "ANY", "NONE"];

    private readonly string _zone;
    private readonly bool _proxied;
    private readonly List<ApiError> _errors = [];
    private readonly List<ZoneFileRecord> _records = [];
    private string _origin;
    private string? _owner;
    private int? _defaultTtl;
    private int? _lastTtl;

    private ZoneFileReader(string zone, bool proxied)
    {
        _zone = zone;
        _origin = zone;
        _proxied = proxied;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="zone">The zone's name, the origin that the file begins with.</param>
    /// <param name="proxied">Whether records that can be proxied are, unless their comment says otherwise.</param>
    /// <returns>The records that the zone can have; how many there were in all; and what is wrong.</returns>
    public static (IReadOnlyList<ZoneFileRecord> Records, int Total, IReadOnlyList<ApiError> Errors) Read(
        ReadOnlySpan<byte> file,
        string zone,
        bool proxied
    )
    {
        var reader = new ZoneFileReader(zone, proxied);
        file = file.StartsWith(Encoding.UTF8.Preamble) ? file[Encoding.UTF8.Preamble.Length..] : file;
        var total = 0;
        foreach (var entry in ZoneFileEntry.ReadAll(Encoding.Latin1.GetString(file), reader.Report))
        {
            if (entry.Words[0] is { Quoted: false, Text: ['$', ..] } && !entry.Indented)
            {
                reader.Direct(entry);
            }
            else
            {
                total++;
                reader.Add(entry);
            }
        }

        return (reader._records, total, reader._errors);
    }

    private void Report(int line, string message) => Report(line, message, RecordErrors.Validation);

    private void Report(int line, string message, int code) =>
        _errors.Add(new ApiError(code, string.Create(CultureInfo.InvariantCulture, $"line {line}: {message}"), "/file"));

    private void Direct(ZoneFileEntry entry)
    {
        var argument = entry.Words.Count == 2 ? entry.Words[1].Decoded : "";
        switch (entry.Words[0].Text.ToUpperInvariant())
        {
            case "$ORIGIN" when RecordName.Host(argument, _origin, orRoot: false) is { } origin:
                _origin = origin;
                break;
            case "$TTL" when Ttl(argument) is { } ttl:
                _defaultTtl = ttl;
                break;
            case "$ORIGIN":
                Report(entry.Line, "$ORIGIN needs one name");
                break;
            case "$TTL":
                Report(entry.Line, "$TTL needs one time, such as 3600 or 1h");
                break;
            default:
                Report(entry.Line, $"{Shown(entry.Words[0].Text)} is not supported; $ORIGIN and $TTL are");
                break;
        }
    }

    private void Add(ZoneFileEntry entry)
    {
        var words = entry.Words.ToArray().AsSpan();
        if (!entry.Indented)
        {
            _owner = words[0] is { Escaped: false, Quoted: false } word ? Owner(word.Decoded) : null;
            words = words[1..];
        }

        int? ttl = null;
        while (words.Length > 0)
        {
            var text = words[0].Text.ToUpperInvariant();
            if (OtherClasses.Contains(text))
            {
                Report(entry.Line, $"class {text} is not supported; IN is");
                return;
            }

            if (text != "IN" && (ttl is not null || Ttl(text) is null))
            {
                break;
            }

            ttl ??= Ttl(text);
            words = words[1..];
        }

        _lastTtl = ttl ?? _lastTtl;
        if (words.Length == 0)
        {
            Report(entry.Line, "there is no type and no data");
            return;
        }

        var typeName = words[0].Text;
        if (typeName.Equals("SOA", StringComparison.OrdinalIgnoreCase))
        {
            return; // Whoever serves the zone makes its own.
        }

        if (RecordTypes.Find(typeName) is not { } type)
        {
            Report(entry.Line, $"{Shown(typeName)} is no type of record; allowed is {RecordTypes.Names}");
        }
        else if (_owner is null)
        {
            Report(entry.Line, $"the owner is no name in {_zone}; only the first label can be *", RecordErrors.InvalidName);
        }
        else if (type == RecordTypes.Ns && _owner == _zone)
        {
            // The zone's own name servers are whoever serves it, too.
        }
        else
        {
            Add(entry, type, words[1..], ttl ?? _defaultTtl ?? _lastTtl ?? RecordLimits.AutomaticTtl);
        }
    }

    private void Add(ZoneFileEntry entry, RecordType type, ReadOnlySpan<PresentationWord> words, int ttl)
    {
        var (content, priority) = RecordContent.FromZoneFile(type, words, _origin);
        if (content is null)
        {
            Report(
                entry.Line,
                $"Content for {type.Name} record is invalid. It must be {(type.HasPriority ? "a priority and " : "")}{type.Allowed}.",
                type.ContentError
            );
            return;
        }

        var note = ZoneFileNote.Read(entry.Comment);
        var proxied = type.Proxiable && (note.Proxied ?? _proxied);
        var values = new RecordValues
        {
            Name = _owner!,
            Type = type,
            Content = content,
            Priority = priority,
            Ttl = proxied ? RecordLimits.AutomaticTtl : ttl,
            Proxied = proxied,
            Comment = note.Comment,
            Tags = [.. note.Tags],
            Settings = note.Settings,
        };
        try
        {
            _records.Add(new ZoneFileRecord(entry.Line, RecordRules.Check(values, "")));
        }
        catch (ApiException e)
        {
            Report(entry.Line, e.Errors[0].Message, e.Errors[0].Code);
        }
    }

    private string? Owner(string text)
    {
        if (text == "@")
        {
            return RecordName.IsWithin(_origin, _zone) ? _origin : null;
        }

        var absolute = text.EndsWith('.') ? text : $"{text}.{_origin}.";
        return RecordName.InZone(absolute, _zone);
    }

    // Seconds, or BIND's 1w2d3h4m5s.
    private static int? Ttl(string text)
    {
        long seconds = 0;
        long number = -1;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                number = (Math.Max(number, 0) * 10) + (c - '0');
            }
            else if (number >= 0 && (char.ToLowerInvariant(c) is 'w' or 'd' or 'h' or 'm' or 's'))
            {
                seconds += number * UnitSeconds(c);
                number = -1;
            }
            else
            {
                return null;
            }

            if (seconds > int.MaxValue || number > int.MaxValue)
            {
                return null;
            }
        }

        seconds += Math.Max(number, 0);
        return text.Length == 0 || seconds > int.MaxValue ? null : (int)seconds;
    }

    private static int UnitSeconds(char unit) =>
        char.ToLowerInvariant(unit) switch
        {
            'w' => 604_800,
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            _ => 1,
        };

    private static string Shown(string text) => $"'{text[..Math.Min(text.Length, 40)]}'";
}

/// <summary>A record that stood in a zone file.</summary>
/// <param name="Line">Where.</param>
/// <param name="Values">The record.</param>
internal sealed record ZoneFileRecord(int Line, RecordValues Values);
