using System.Globalization;
using System.Text;
using CsCheck;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Parsers;

/// <summary>What holds for every input: parsers that read bytes from outside never throw, and read back what was written.</summary>
public class ParserPropertyTests
{
    private const long Now = 1_800_000_000;

    // Bytes that mean something to one of the parsers, much more often than chance would bring them.
    private static readonly Gen<string> Hostile = AnyOf(
        "\"",
        "\\",
        ",",
        "=",
        ";",
        "(",
        ")",
        "?",
        "?1",
        ":",
        "@",
        "%",
        "-",
        ".",
        " ",
        "\t",
        "*",
        "0",
        "1",
        "10",
        "W/",
        "max-age",
        "no-store",
        "private",
        "no-cache",
        "max-age=10",
        "s-maxage=",
        "bytes=",
        "gzip",
        ";q=0.5",
        "Thu, 18 Aug 2050 02:01:18 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "\u00ff",
        "\u0000",
        "x"
    )
        .Array[0, 12]
        .Select(parts => string.Concat(parts));

    private static readonly Gen<string> AnyValue = Gen.Frequency(
        (3, Hostile),
        (1, Gen.Byte.Array[0, 40].Select(bytes => Encoding.Latin1.GetString(bytes)))
    );

    private static readonly Gen<string> AnyField = Gen.Select(
        AnyOf(
            "Cache-Control",
            "CDN-Cache-Control",
            "Cloudflare-CDN-Cache-Control",
            "Age",
            "Date",
            "Expires",
            "Last-Modified",
            "ETag",
            "Vary",
            "Connection",
            "Set-Cookie",
            "Pragma",
            "If-None-Match",
            "If-Modified-Since",
            "Range",
            "If-Range",
            "Accept-Encoding",
            "Accept-Language",
            "X"
        ),
        AnyValue,
        (name, value) => $"{name}: {value}"
    );

    private static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    [Fact]
    public void NoFields_OfAnyMessage_EndInAnException() =>
        Gen.Select(AnyField.Array[0, 8], AnyField.Array[0, 8], Gen.Int[200, 999])
            .Sample(
                (requestFields, responseFields, status) =>
                {
                    var request = RequestFacts.Of("GET"u8, new TextFields(requestFields));
                    var response = ResponseFacts.Of(status, new TextFields(responseFields), Now);
                    var storability = Storability.Of(request, response, new CachePolicy { Profile = CacheProfile.Standard });
                    Assert.InRange(storability.Freshness.Seconds, 0, Octets.LargestDelta);
                    Assert.InRange(Age.Initial(response, Now * 1000, Now * 1000), 0, long.MaxValue);
                },
                iter: 20_000
            );

    [Fact]
    public void WhatSelects_OfAnyRequest_MatchesThatRequest() =>
        Gen.Select(AnyField.Array[0, 8], AnyOf("Accept-Encoding", "accept-language, X", "Range,,X-None", "Cache-Control"))
            .Sample(
                (fields, vary) =>
                {
                    var request = new TextFields(fields);
                    var kept = new Cache.Storage.ByteBuffer();
                    SelectingFields.Write(kept, new TextFields("Vary: " + vary), request);
                    Assert.True(SelectingFields.Match(kept.Written, request, new Cache.Storage.ByteBuffer()));
                },
                iter: 20_000
            );

    [Fact]
    public void ADate_WrittenAndRead_IsTheSame() =>
        Gen.Long[-62_000_000_000, 250_000_000_000]
            .Sample(seconds =>
            {
                Span<byte> text = stackalloc byte[HttpTime.Length];
                HttpTime.Format(seconds, text);
                Assert.True(HttpTime.TryParse(text, Now, out var read));
                Assert.Equal(seconds, read);
            });

    [Theory]
    [InlineData("Friday, 15-Jan-77 08:00:00 GMT", 2077)]
    [InlineData("Saturday, 15-Jan-78 08:00:00 GMT", 1978)]
    [InlineData("Sunday, 15-Jan-27 08:00:00 GMT", 2027)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 1994)]
    public void Rfc9110_5_6_7_AYearOfTwoDigits_IsAtMostFiftyYearsAhead(string text, int year)
    {
        Assert.True(HttpTime.TryParse(Encoding.ASCII.GetBytes(text), Now, out var seconds));
        Assert.Equal(year, DateTimeOffset.FromUnixTimeSeconds(seconds).Year);
    }

    [Fact]
    public void ADelta_OfAnyLength_IsItsValueOrTheLargest() =>
        Gen.ULong.Sample(number =>
        {
            Assert.True(Octets.TryReadDelta(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)), out var seconds));
            Assert.Equal((long)Math.Min(number, (ulong)Octets.LargestDelta), seconds);
        });

    [Fact]
    public void ARange_OfAnyBounds_LiesWithinTheWhole() =>
        Gen.Select(Gen.Long[0, 200], Gen.Long[0, 200], Gen.Long[0, 100])
            .Sample(
                (first, last, length) =>
                {
                    var range = RangeRequest.Parse(Encoding.ASCII.GetBytes($"bytes={first}-{last}"), length);
                    var expected =
                        last < first ? RangeOutcome.Whole
                        : first >= length ? RangeOutcome.Unsatisfiable
                        : RangeOutcome.Part;
                    Assert.Equal(expected, range.Outcome);
                    if (expected == RangeOutcome.Part)
                    {
                        Assert.Equal((first, Math.Min(last, length - 1) - first + 1), (range.Part.Start, range.Part.Length));
                    }
                }
            );

    [Fact]
    public void AnyRange_OfHostileText_LiesWithinTheWhole() =>
        Gen.Select(AnyValue, Gen.Long[0, 100])
            .Sample(
                (value, length) =>
                {
                    var range = RangeRequest.Parse(Encoding.Latin1.GetBytes("bytes=" + value), length);
                    Assert.All(
                        range.Parts ?? [range.Part],
                        part =>
                        {
                            Assert.InRange(part.Start, 0, length);
                            Assert.InRange(part.End, part.Start, length);
                        }
                    );
                }
            );

    // Each string is written as RFC 9651 section 4.1 writes it, and comes back from among its neighbours.
    [Fact]
    public void ADictionary_OfStringsAndIntegers_IsReadAsWritten() =>
        Gen.Select(Gen.Char[' ', '~'].Array[0, 12], Gen.Long[-999_999_999_999_999, 999_999_999_999_999])
            .Sample(
                (letters, number) =>
                {
                    var text = new string(letters)
                        .Replace("\\", "\\\\", StringComparison.Ordinal)
                        .Replace("\"", "\\\"", StringComparison.Ordinal);
                    var dictionary = new StructuredDictionary(Encoding.ASCII.GetBytes($"a=\"{text}\";p, b={number};q=\"{text}\", c"));
                    Assert.True(dictionary.MoveNext());
                    Assert.Equal((ItemType.String, text), (dictionary.Type, Encoding.ASCII.GetString(dictionary.Text)));
                    Assert.True(dictionary.MoveNext());
                    Assert.Equal((ItemType.Integer, number), (dictionary.Type, dictionary.Number));
                    Assert.True(dictionary.MoveNext());
                    Assert.Equal((ItemType.Boolean, 1), (dictionary.Type, dictionary.Number));
                    Assert.False(dictionary.MoveNext());
                    Assert.False(dictionary.Failed);
                }
            );
}
