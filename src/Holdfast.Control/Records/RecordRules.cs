using System.Net;
using Holdfast.Control.Envelope;
using Holdfast.Control.Records.Content;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Records;

/// <summary>What must hold for every record, whichever way it came.</summary>
internal static class RecordRules
{
    /// <summary>Tags whose names begin like this say in zone files what the API says with members of its own.</summary>
    public const string ReservedTags = "cf-";

    /// <summary>The values, when they are allowed.</summary>
    /// <param name="values">The values; name and content are canonical.</param>
    /// <param name="pointer">Where the record stands in the request.</param>
    /// <exception cref="ApiException">They are not.</exception>
    public static RecordValues Check(RecordValues values, string pointer)
    {
        if (values.Ttl != RecordLimits.AutomaticTtl && values.Ttl is < RecordLimits.LeastTtl or > RecordLimits.MostTtl)
        {
            throw Refused(
                "ttl",
                $"Invalid TTL. Must be between {RecordLimits.LeastTtl} and {RecordLimits.MostTtl} seconds, or 1 for Automatic.",
                RecordErrors.InvalidTtl
            );
        }

        if (values.Proxied && !values.Type.Proxiable)
        {
            throw Refused("proxied", $"This record type cannot be proxied: {values.Type.Name}", RecordErrors.NotProxiable);
        }

        if (values.Proxied && values.Type is AddressType && !RecordOrigin.IsAddressAllowed(IPAddress.Parse(values.Content)))
        {
            throw Refused("content", $"Target {values.Content} is not allowed for a proxied record.", RecordErrors.TargetNotProxiable);
        }

        if (values.Type == RecordTypes.Cname && values.Content == values.Name)
        {
            throw Refused("content", "CNAME content cannot reference itself.", RecordErrors.PointsToItself);
        }

        if (values.Comment?.Length > RecordLimits.MostComment || values.Comment?.Any(char.IsControl) is true)
        {
            throw Refused(
                "comment",
                $"the comment must have at most {RecordLimits.MostComment} characters and be of one line",
                RecordErrors.Validation
            );
        }

        if (values.Tags.Length > RecordLimits.MostTags || !values.Tags.All(IsTag) || values.Tags.Distinct().Count() < values.Tags.Length)
        {
            throw Refused(
                "tags",
                $"there can be {RecordLimits.MostTags} tags, each once and each NAME or NAME:VALUE: the name 1 to {RecordLimits.MostTagName} letters, "
                    + $"digits, hyphens and underscores, the value at most {RecordLimits.MostTagValue} characters without comma; "
                    + $"names that begin with {ReservedTags} are reserved",
                RecordErrors.Validation
            );
        }

        if (values.Settings is { IPv4Only: true, IPv6Only: true })
        {
            throw Refused("settings", "ipv4_only and ipv6_only exclude each other", RecordErrors.Validation);
        }

        if (values.Settings.FlattenCname && (values.Proxied || values.Type != RecordTypes.Cname))
        {
            throw Refused("settings", "flatten_cname is for CNAME records that are not proxied", RecordErrors.Validation);
        }

        return values;

        ApiException Refused(string member, string message, int code) => ApiException.Invalid($"{pointer}/{member}", message, code);
    }

    private static bool IsTag(string tag)
    {
        var colon = tag.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? tag : tag[..colon];
        return name.Length is > 0 and <= RecordLimits.MostTagName
            && tag == tag.Trim()
            && !name.StartsWith(ReservedTags, StringComparison.OrdinalIgnoreCase)
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            && tag.Length - name.Length - 1 <= RecordLimits.MostTagValue
            && !tag.Any(c => char.IsControl(c) || c == ',');
    }
}
