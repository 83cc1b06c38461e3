using Holdfast.Model.Lists;
using Holdfast.Rules.Types;

namespace Holdfast.Artifacts.Lists;

/// <summary>The kinds of lists by their names in the API and in artifacts.</summary>
public static class ListKinds
{
    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ip", "hostname", "asn", "redirect"];

    /// <summary>A kind's name.</summary>
    public static string NameOf(ListKind kind) => Names[(int)kind - 1];

    /// <summary>Reads a name.</summary>
    /// <returns>Null when it is none.</returns>
    public static ListKind? Find(string name) =>
        name switch
        {
            "ip" => ListKind.Ip,
            "hostname" => ListKind.Hostname,
            "asn" => ListKind.Asn,
            "redirect" => ListKind.Redirect,
            _ => null,
        };

    /// <summary>What the items are to the rules language.</summary>
    public static RuleType TypeOf(ListKind kind) =>
        kind switch
        {
            ListKind.Ip => RuleType.Address,
            ListKind.Hostname or ListKind.Redirect => RuleType.String,
            _ => RuleType.Integer,
        };
}
