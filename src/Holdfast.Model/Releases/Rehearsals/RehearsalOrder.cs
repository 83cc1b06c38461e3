namespace Holdfast.Model.Releases.Rehearsals;

/// <summary>
/// Control asks an edge what a proposed artifact would change: to replay its recent requests through it in the taster, and to say what came of
/// them. It is no release: it has no generation and no signature, nothing of it is kept, and no request of a visitor meets it.
/// </summary>
/// <param name="Id">Names the order in the answer; 32 lower-case hexadecimal digits.</param>
/// <param name="Kind">The proposed artifact's kind.</param>
/// <param name="Name">Its id.</param>
/// <param name="FormatVersion">The version of the payload's format.</param>
/// <param name="Payload">The artifact's canonical bytes.</param>
public sealed record RehearsalOrder(string Id, ArtifactKind Kind, string Name, int FormatVersion, ReadOnlyMemory<byte> Payload);
