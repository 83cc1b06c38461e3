using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Holdfast.Status.OutsideStatus;

/// <summary>The regions of Amazon, Google and Azure that a text names, as providers' address ranges name them too.</summary>
internal static partial class OutsideRegions
{
    /// <summary>Azure's, as its texts name them; without spaces and in small letters it is the name in its address ranges. Longer ones first, so that "East US 2" is not "East US".</summary>
    private static readonly ImmutableArray<string> Azure =
    [
        .. new[]
        {
            "Australia Central",
            "Australia East",
            "Australia Southeast",
            "Austria East",
            "Belgium Central",
            "Brazil South",
            "Brazil Southeast",
            "Canada Central",
            "Canada East",
            "Central India",
            "Central US",
            "Chile Central",
            "East Asia",
            "East US",
            "East US 2",
            "France Central",
            "France South",
            "Germany North",
            "Germany West Central",
            "Indonesia Central",
            "Israel Central",
            "Italy North",
            "Japan East",
            "Japan West",
            "Korea Central",
            "Korea South",
            "Malaysia West",
            "Mexico Central",
            "New Zealand North",
            "North Central US",
            "North Europe",
            "Norway East",
            "Norway West",
            "Poland Central",
            "Qatar Central",
            "South Africa North",
            "South Africa West",
            "South Central US",
            "South India",
            "Southeast Asia",
            "Spain Central",
            "Sweden Central",
            "Switzerland North",
            "Switzerland West",
            "UAE Central",
            "UAE North",
            "UK South",
            "UK West",
            "West Central US",
            "West Europe",
            "West India",
            "West US",
            "West US 2",
            "West US 3",
        }.OrderByDescending(name => name.Length),
    ];

    /// <summary>Those that a text names, each once, in the order of their names.</summary>
    public static ImmutableArray<string> Of(string text)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match match in Label().Matches(text))
        {
            found.Add(match.Value.ToLowerInvariant());
        }

        foreach (var name in Azure)
        {
            if (text.Contains(name, StringComparison.OrdinalIgnoreCase))
            {
                found.Add(name.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant());
                text = text.Replace(name, "", StringComparison.OrdinalIgnoreCase);
            }
        }

        return [.. found];
    }

    /// <summary>Amazon's <c>us-east-1</c> and <c>us-gov-west-1</c>, Google's <c>us-central1</c> and <c>europe-west12</c>.</summary>
    [GeneratedRegex(
        "(?<![a-z0-9])(?:[a-z]{2}(?:-gov|-iso[a-z]?)?-(?:north|south|east|west|central){1,2}-[0-9]|[a-z]{2,12}-(?:north|south|east|west|central){1,2}[0-9]{1,2})(?![a-z0-9])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Label();
}
