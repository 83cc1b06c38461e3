using System.Globalization;
using System.Net.Sockets;

namespace Holdfast.Control.Records.Content;

/// <summary>The parameters of SVCB and HTTPS records (RFC 9460 section 2.1 and 7).</summary>
internal static class ServiceParameters
{
    private const int KeyPrefixLength = 3;

    private static readonly string[] Known =
    [
        "mandatory",
        "alpn",
        "no-default-alpn",
        "port",
        "ipv4hint",
        "ech",
        "ipv6hint",
        "dohpath",
        "ohttp",
    ];

    /// <summary>The canonical text, or null when a parameter is wrong or there twice.</summary>
    /// <param name="words">A quoted value is a word of its own behind one that ends in <c>=</c>.</param>
    public static string? Canonical(ReadOnlySpan<PresentationWord> words)
    {
        var found = new SortedDictionary<int, string?>();
        for (var i = 0; i < words.Length; i++)
        {
            var text = words[i].Text;
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var key = KeyOf(equals < 0 ? text : text[..equals]);
            string? value = equals < 0 ? null : text[(equals + 1)..];
            if (equals == text.Length - 1 && i + 1 < words.Length && words[i + 1].Quoted)
            {
                value = words[++i].Text;
            }

            if (key < 0 || Value(key, value) is not { } canonical || !found.TryAdd(key, canonical.Length == 0 ? null : canonical))
            {
                return null;
            }
        }

        return IsMandatoryMet(found)
            ? string.Join(
                ' ',
                found.Select(pair => pair.Value is null ? NameOf(pair.Key) : $"{NameOf(pair.Key)}={PresentationWord.Quote(pair.Value)}")
            )
            : null;
    }

    private static string NameOf(int key) => key < Known.Length ? Known[key] : string.Create(CultureInfo.InvariantCulture, $"key{key}");

    private static int KeyOf(string name)
    {
        var lower = name.ToLowerInvariant();
        var index = Array.IndexOf(Known, lower);
        return index >= 0 ? index
            : lower.Length > KeyPrefixLength
            && lower.StartsWith("key", StringComparison.Ordinal)
            && ushort.TryParse(lower.AsSpan(KeyPrefixLength), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < ushort.MaxValue
                ? number
            : -1;
    }

    // The canonical value, empty for none, null for a wrong one.
    private static string? Value(int key, string? value) =>
        key switch
        {
            0 => List(value, item => KeyOf(item) is > 0 and var other ? NameOf(other) : null),
            1 => List(value, item => item.Length is > 0 and <= 255 ? item : null),
            2 or 8 => value is null ? "" : null,
            3 => ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? port.ToString(CultureInfo.InvariantCulture)
                : null,
            4 => List(value, item => Address(item, AddressFamily.InterNetwork)),
            5 => value is null ? null : Base64Field.Canonical(value),
            6 => List(value, item => Address(item, AddressFamily.InterNetworkV6)),
            7 => value is not null && value.StartsWith('/') && value.Contains("{?dns}", StringComparison.Ordinal) ? value : null,
            _ => value is null || value.Length <= DataField.MaxBytes ? value ?? "" : null,
        };

    private static string? List(string? value, Func<string, string?> item)
    {
        var items = value?.Split(',').Select(item).ToArray() ?? [];
        return items.Length == 0 || items.Length > 64 || items.Contains(null) || items.Distinct().Count() < items.Length
            ? null
            : string.Join(',', items);
    }

    private static string? Address(string text, AddressFamily family) =>
        RecordAddress.TryParse(text, family, out var address) ? address.ToString() : null;

    private static bool IsMandatoryMet(SortedDictionary<int, string?> found) =>
        !found.TryGetValue(0, out var mandatory) || mandatory!.Split(',').All(name => found.ContainsKey(KeyOf(name)));
}
