using System.Text;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Rules.Effects;

/// <summary>A body that a rule answers with, ready to be sent.</summary>
/// <param name="type">Its type, without a character set.</param>
/// <param name="content">The text.</param>
internal sealed class OwnContent(string type, string content)
{
    /// <summary>The value of <c>Content-Type</c>. A rule's texts are Unicode; what doesn't say so is guessed at by browsers.</summary>
    public byte[] Type { get; } = Encoding.ASCII.GetBytes(type == "application/json" ? type : type + "; charset=utf-8");

    /// <summary>The body.</summary>
    public byte[] Bytes { get; } = Encoding.UTF8.GetBytes(content);

    /// <summary>That of a rule that blocks; null when it has none of its own.</summary>
    public static OwnContent? Of(BlockResponse? response) =>
        response is null ? null : new OwnContent(response.ContentType, response.Content);
}
