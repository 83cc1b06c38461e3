using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Holdfast.Model.Addresses;
using Holdfast.Model.Lists;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Artifacts.Lists;

/// <summary>The items of lists as texts; see <see cref="ListConfig.Items"/>.</summary>
public static class ListItem
{
    private const int LabelCharacters = 63;

    /// <summary>What an item of a kind is, for messages.</summary>
    public static string FormOf(ListKind kind) =>
        kind switch
        {
            ListKind.Ip => string.Create(
                CultureInfo.InvariantCulture,
                $"{NetworkText.Allowed}; IPv4 networks from /{ListLimits.LeastIPv4Prefix}, IPv6 from /{ListLimits.LeastIPv6Prefix}"
            ),
            ListKind.Hostname => "a host name of letters, digits and hyphens, such as example.com or *.example.com",
            ListKind.Redirect => RedirectText.Form,
            _ => string.Create(CultureInfo.InvariantCulture, $"a whole number from 0 to {uint.MaxValue}"),
        };

    /// <summary>Brings an item into its canonical form.</summary>
    /// <returns>Null when it is none.</returns>
    public static string? Canonical(ListKind kind, string text) =>
        kind switch
        {
            ListKind.Ip => TryReadNetwork(text, out var range) ? Write(range) : null,
            ListKind.Hostname => CanonicalHost(text),
            ListKind.Redirect => RedirectText.Read(text) is { } redirect ? RedirectText.Write(redirect) : null,
            _ => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number.ToString(CultureInfo.InvariantCulture)
                : null,
        };

    /// <summary>The addresses of a canonical item of addresses.</summary>
    public static AddressRange RangeOf(string item) =>
        TryReadNetwork(item, out var range) ? range : throw new FormatException($"'{item}' is no network");

    /// <summary>The number of a canonical item of numbers.</summary>
    public static long NumberOf(string item) => uint.Parse(item, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool TryReadNetwork(string text, out AddressRange range)
    {
        range = default;
        if (!NetworkText.TryParse(text, out var network))
        {
            return false;
        }

        var first = RuleAddress.From(network.BaseAddress);
        range = AddressRange.Network(first, network.PrefixLength);
        return network.PrefixLength >= (first.IsIPv6 ? ListLimits.LeastIPv6Prefix : ListLimits.LeastIPv4Prefix);
    }

    private static string Write(AddressRange range) =>
        range.Prefix == range.First.Width
            ? range.First.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{range.First}/{range.Prefix}");

    private static string? CanonicalHost(string text)
    {
        var (start, name) =
            text.StartsWith("*.", StringComparison.Ordinal) ? ("*.", text[2..])
            : text.StartsWith('.') ? (".", text[1..])
            : ("", text);
        return IsHost(name) ? start + name.ToLowerInvariant() : null;
    }

    private static bool IsHost([NotNullWhen(true)] string? name)
    {
        if (name is not { Length: > 0 and <= ListLimits.HostCharacters })
        {
            return false;
        }

        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan()[range];
            if (
                label.Length is 0 or > LabelCharacters
                || label[0] == '-'
                || label[^1] == '-'
                || label.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
            )
            {
                return false;
            }
        }

        return true;
    }
}
