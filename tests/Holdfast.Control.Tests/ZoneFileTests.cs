using System.Text;
using CsCheck;
using Holdfast.Control.Records;
using Holdfast.Control.Records.Content;
using Holdfast.Control.Records.ZoneFiles;

namespace Holdfast.Control.Tests;

/// <summary>Zone files as people write them, as we write them, and as nobody should.</summary>
public sealed class ZoneFileTests
{
    private const string Zone = "example.com";

    private static readonly Gen<string> Label = Gen.String[Gen.Char["abcxyz019_-"], 1, 10]
        .Where(label => label[0] != '-' && label[^1] != '-');

    private static readonly Gen<string> Host = Label.Array[1, 3].Select(labels => string.Join('.', labels) + ".example.net");

    private static readonly Gen<string> Owner = Gen.OneOf(
        Gen.Const(Zone),
        Label.Select(label => $"{label}.{Zone}"),
        Label.Select(label => $"*.{label}.{Zone}")
    );

    private static readonly Gen<string> Bytes = Gen.String[Gen.Char['\0', '\u00ff'], 0, 300];

    private static readonly Gen<string> Hex = Gen.Byte.Array[1, 40].Select(Convert.ToHexStringLower);

    private static readonly Gen<string> Base64 = Gen.Byte.Array[1, 40].Select(Convert.ToBase64String);

    private static readonly Gen<(string Type, string Content)> Data = Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => ("A", new System.Net.IPAddress(bytes).ToString())),
        Gen.Byte.Array[16].Select(bytes => ("AAAA", new System.Net.IPAddress(bytes).ToString())),
        Host.Select(host => ("CNAME", host)),
        Host.Select(host => ("MX", host)),
        Host.Select(host => ("PTR", host)),
        Bytes.Array[1, 3].Select(texts => ("TXT", string.Join(' ', texts.Select(text => PresentationWord.Quote(text))))),
        Gen.Select(Gen.Int[0, 65_535], Gen.Int[0, 65_535], Host, (weight, port, host) => ("SRV", $"{weight} {port} {host}")),
        Gen.Select(Gen.Int[0, 255], Bytes, (flags, value) => ("CAA", $"{flags} issue {PresentationWord.Quote(value)}")),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1], Hex, (usage, selector, hex) => ("TLSA", $"{usage} {selector} 0 {hex}")),
        Gen.Select(Gen.Int[0, 65_535], Base64, (tag, certificate) => ("CERT", $"1 {tag} 8 {certificate}")),
        Base64.Select(key => ("OPENPGPKEY", key)),
        Gen.Select(
            Gen.Int[1, 65_535],
            Host,
            Gen.Int[0, 65_535],
            (priority, host, port) => ("HTTPS", $"{priority} {host} alpn=h2 port={port}")
        ),
        // One string of it has at most 255 bytes, of which a character here may take two.
        Gen.Select(
            Gen.String[Gen.Char['\0', '\u00ff'], 0, 127],
            Host,
            (text, host) => ("NAPTR", $"1 2 \"U\" {PresentationWord.Quote(text)} \"\" {host}")
        ),
        Gen.Select(
            Gen.Int[0, 89],
            Gen.Int[-100_000, 4_000_000],
            (degrees, metres) => ("LOC", $"{degrees} 1 2.345 S {degrees} W {metres}m")
        ),
        Gen.Select(
            Gen.Int[0, 65_535],
            Gen.String[Gen.Char[' ', '~'], 1, 50],
            (weight, target) => ("URI", $"{weight} {PresentationWord.Quote(target)}")
        )
    );

    private static readonly Gen<string> Note = Gen.String[Gen.Char["ab cf_tags=,;\"\\()é"], 0, 40];

    private static readonly Gen<RecordValues?> Values = Gen.Select(
        Owner,
        Data,
        Gen.Int[30, 86_400],
        Gen.Bool,
        Gen.Int[0, 65_535],
        Note,
        Gen.Select(Label, Gen.String[Gen.Char["xyz 1;\""], 0, 9], (name, value) => $"{name}:{value}").Array[0, 3],
        Gen.Int[0, 3],
        (name, data, ttl, proxied, priority, note, tags, settings) =>
        {
            var type = RecordTypes.Find(data.Type)!;
            if (RecordContent.Read(type, data.Content).Content is not { } content)
            {
                return null;
            }

            proxied &= type.Proxiable;
            var values = new RecordValues
            {
                Name = name,
                Type = type,
                Content = content,
                Priority = type.HasPriority ? priority : null,
                Ttl = proxied ? 1 : ttl,
                Proxied = proxied,
                Comment = note.Trim() is { Length: > 0 } comment ? comment : null,
                Tags = [.. tags.Distinct()],
                Settings = new RecordSettings(settings == 1, settings == 2, settings == 3 && type == RecordTypes.Cname && !proxied),
            };
            try
            {
                return RecordRules.Check(values, "");
            }
            catch (Holdfast.Control.Envelope.ApiException)
            {
                return null;
            }
        }
    );

    [Fact]
    public void Records_WrittenAndRead_AreTheSame() =>
        Values
            .Array[1, 12]
            .Select(records => records.OfType<RecordValues>().Distinct().ToArray())
            .Sample(records =>
            {
                var file = ZoneFileWriter.Write(Zone, records, DateTime.UnixEpoch);
                var (read, total, errors) = ZoneFileReader.Read(Encoding.UTF8.GetBytes(file), Zone, proxied: false);
                Assert.Empty(errors);
                Assert.Equal(records.Length, total);
                Assert.Equal(records.ToHashSet(), read.Select(record => record.Values).ToHashSet());
            });

    [Fact]
    public void Contents_OfTheGenerator_AreGood() =>
        Data.Sample(data => Assert.NotNull(RecordContent.Read(RecordTypes.Find(data.Type)!, data.Content).Content));

    [Fact]
    public void Bytes_OfAnyKind_NeverThrow()
    {
        var pieces = Gen.OneOf(
            Gen.String[Gen.Char['\0', '\u00ff'], 0, 12],
            Gen.OneOf(
                new[]
                {
                    "\n",
                    "(",
                    ")",
                    "\"",
                    "\\",
                    ";",
                    "$TTL",
                    "$ORIGIN",
                    "@",
                    " IN ",
                    "A",
                    "TXT",
                    "LOC",
                    "HTTPS",
                    "NAPTR",
                    "1h",
                    "192.0.2.1",
                    "a=\"",
                }
                    .Select(Gen.Const)
                    .ToArray()
            ),
            Values.Select(values => values is null ? "" : ZoneFileWriter.Write(Zone, [values], DateTime.UnixEpoch))
        );
        pieces
            .Array[0, 20]
            .Sample(parts =>
            {
                var (records, total, _) = ZoneFileReader.Read(Encoding.Latin1.GetBytes(string.Concat(parts)), Zone, proxied: true);
                Assert.True(records.Count <= total);
                Assert.All(records, record => Assert.Same(record.Values, RecordRules.Check(record.Values, "")));
            });
    }

    [Fact]
    public void File_AsBindWritesIt_IsRead()
    {
        const string file = """
            ; a zone
            $TTL 1h
            @       IN SOA ns1.example.com. hostmaster.example.com. (
                           2024010101 ; serial
                           1d 2h 4w 1h )
                    IN NS  ns1.example.com.
            @       IN MX  10 mail ; the mail
            www     300 IN A 192.0.2.1
                    IN 60 AAAA 2001:db8::1
            txt     TXT ( "one"
                          "two ; not a comment" ) ; joined
            $ORIGIN sub.example.com.
            a       CNAME b
            *       A 192.0.2.7
            @       A 192.0.2.8
            b.example.com. A 192.0.2.9
            _sip._tcp SRV 1 2 5060 sip
            bücher.example.com. CNAME Bücher.example.net.
            """;
        var (records, total, errors) = ZoneFileReader.Read(Encoding.UTF8.GetBytes(file.ReplaceLineEndings("\r\n")), Zone, proxied: false);
        Assert.Empty(errors);
        Assert.Equal(12, total);
        Assert.Equal(
            [
                "7 example.com 3600 MX 10 mail.example.com ; the mail",
                "8 www.example.com 300 A 192.0.2.1",
                "9 www.example.com 60 AAAA 2001:db8::1",
                "10 txt.example.com 3600 TXT \"one\" \"two ; not a comment\" ; joined",
                "13 a.sub.example.com 3600 CNAME b.sub.example.com",
                "14 *.sub.example.com 3600 A 192.0.2.7",
                "15 sub.example.com 3600 A 192.0.2.8",
                "16 b.example.com 3600 A 192.0.2.9",
                "17 _sip._tcp.sub.example.com 3600 SRV 1 2 5060 sip.sub.example.com",
                "18 xn--bcher-kva.example.com 3600 CNAME xn--bcher-kva.example.net",
            ],
            records.Select(record => $"{record.Line} {Shown(record.Values)}")
        );
    }

    [Theory]
    [InlineData("a A 192.0.2.1", 1)]
    [InlineData("a 5m A 192.0.2.1", 300)]
    [InlineData("a 1h30m A 192.0.2.1", 5400)]
    [InlineData("a 1D A 192.0.2.1", 86400)]
    [InlineData("b 90 A 192.0.2.1\na A 192.0.2.1", 90)]
    [InlineData("$TTL 60\nb 90 A 192.0.2.1\na A 192.0.2.1", 60)]
    public void Ttl_Omitted_IsTheDefaultOrTheLastOne(string file, int ttl) => Assert.Equal(ttl, Read(file).Records[^1].Values.Ttl);

    [Theory]
    [InlineData(" A 192.0.2.1", "line 1: the owner")]
    [InlineData("\n\na.example.org. A 192.0.2.1", "line 3: the owner")]
    [InlineData("a CH A 192.0.2.1", "line 1: class CH")]
    [InlineData("a 300", "line 1: there is no type")]
    [InlineData("a TYPE65400 \\# 0", "line 1: 'TYPE65400'")]
    [InlineData("a A 192.0.2.1 192.0.2.2", "line 1: Content for A")]
    [InlineData("a MX mail", "line 1: Content for MX record is invalid. It must be a priority and")]
    [InlineData("a TXT \"open\n", "line 1: a quote")]
    [InlineData("a TXT (\n\"x\"\n", "line 1: a ( is never closed")]
    [InlineData("a TXT x )\nb A x", "line 1: a ) closes nothing")]
    [InlineData("a TXT \\30", "line 1: a quote or an escape")]
    [InlineData("a\\.b A 192.0.2.1", "line 1: the owner")]
    [InlineData("a 604800 A 192.0.2.1", "line 1: Invalid TTL")]
    [InlineData("a 99999999999999999999 A 192.0.2.1", "line 1: '99999999999999999999'")]
    [InlineData("$TTL", "line 1: $TTL")]
    [InlineData("$ORIGIN -", "line 1: $ORIGIN")]
    [InlineData("$INCLUDE /etc/hostname", "line 1: '$INCLUDE'")]
    [InlineData("$GENERATE 1-1000000 a$ A 192.0.2.1", "line 1: '$GENERATE'")]
    [InlineData("a CNAME a", "line 1: CNAME content cannot")]
    [InlineData("a A 192.0.2.1 ; cf_tags=a b:c", "line 1: there can be")]
    public void Mistake_OfAnyKind_IsReportedWithItsLine(string file, string message) =>
        Assert.StartsWith(message, Read(file).Errors[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a A 192.0.2.1", false, false)]
    [InlineData("a A 192.0.2.1", true, true)]
    [InlineData("a A 192.0.2.1 ; cf_tags=cf-proxied:true", false, true)]
    [InlineData("a A 192.0.2.1 ; cf_tags=cf-proxied:false", true, false)]
    [InlineData("a TXT x", true, false)]
    public void Proxied_AsTheFileSays_ElseAsTheCallerSays(string file, bool wanted, bool expected) =>
        Assert.Equal(expected, ZoneFileReader.Read(Encoding.UTF8.GetBytes(file), Zone, wanted).Records[0].Values.Proxied);

    private static (IReadOnlyList<ZoneFileRecord> Records, int Total, IReadOnlyList<Holdfast.Control.Envelope.ApiError> Errors) Read(
        string file
    ) => ZoneFileReader.Read(Encoding.UTF8.GetBytes(file), Zone, proxied: false);

    private static string Shown(RecordValues values) =>
        $"{values.Name} {values.Ttl} {values.Type.Name} {(values.Priority is { } priority ? $"{priority} " : "")}{values.Content}"
        + (values.Comment is null ? "" : $" ; {values.Comment}");
}
