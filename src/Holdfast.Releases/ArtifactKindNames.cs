using Holdfast.Model.Releases;

namespace Holdfast.Releases;

/// <summary>The names of artifact kinds on the wire, in directories and in the API.</summary>
public static class ArtifactKindNames
{
    /// <summary>The kind's name; a kind that this build does not know has its number.</summary>
    public static string Of(ArtifactKind kind) =>
        kind switch
        {
            ArtifactKind.Zone => "zone",
            ArtifactKind.Certificate => "certificate",
            ArtifactKind.SigningKey => "signing-key",
            ArtifactKind.List => "list",
            ArtifactKind.BotFeatures => "bot-features",
            ArtifactKind.KillSwitch => "kill-switch",
            _ => ((int)kind).ToString(System.Globalization.CultureInfo.InvariantCulture),
        };

    /// <summary>Reads a kind's name.</summary>
    /// <returns>False for a kind that this build does not know.</returns>
    public static bool TryParse(string? name, out ArtifactKind kind)
    {
        foreach (var known in Enum.GetValues<ArtifactKind>())
        {
            if (Of(known) == name)
            {
                kind = known;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
