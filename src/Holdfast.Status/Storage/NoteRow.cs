namespace Holdfast.Status.Storage;

/// <summary>A note of operators for each other.</summary>
/// <param name="Id">Twelve lower-case letters and digits.</param>
/// <param name="IncidentId">What it is about.</param>
/// <param name="At">When it was written.</param>
/// <param name="Who">Who wrote it.</param>
/// <param name="Body">The words, Markdown.</param>
internal sealed record NoteRow(string Id, string IncidentId, DateTimeOffset At, string Who, string Body);
