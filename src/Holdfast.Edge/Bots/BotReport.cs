using System.Globalization;
using System.Text;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Bots;

/// <summary>
/// Tells those who have the zone's token what their request was scored: <c>X-Holdfast-Bots</c>, a dictionary (RFC 8941 section 3.2) of the score and of
/// why: the features that hold, with their weights.
/// </summary>
internal static class BotReport
{
    // Enough for anybody's eyes.
    private const int MostFeatures = 50;

    /// <summary>Puts the field into the answer.</summary>
    public static void Write(HeaderBlock headers, BotScore score)
    {
        var features = score.By!.Features;
        var text = new StringBuilder("score=");
        if (score.Value == 0)
        {
            text.Append("unknown");
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"{score.Value}");
        }

        text.Append(", why=\"");
        var separator = "";
        foreach (var held in score.Held[..Math.Min(score.Held.Length, MostFeatures)])
        {
            text.Append(CultureInfo.InvariantCulture, $"{separator}{features[held].Name} {features[held].Weight}");
            separator = ", ";
        }

        text.Append('"');

        headers.Remove("X-Holdfast-Bots"u8);
        headers.Add("X-Holdfast-Bots"u8, Encoding.ASCII.GetBytes(text.ToString()));
    }
}
