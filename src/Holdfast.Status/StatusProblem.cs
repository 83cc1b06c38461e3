namespace Holdfast.Status;

/// <summary>A request that can't be done as it was made; nothing of it was.</summary>
/// <param name="status">The HTTP status that says so.</param>
/// <param name="message">The place, what was found and what is allowed.</param>
internal sealed class StatusProblem(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status that says so.</summary>
    public int Status { get; } = status;

    /// <summary>422: a value is wrong.</summary>
    public static StatusProblem Invalid(string place, string why) => new(422, $"{place}: {why}");

    /// <summary>404: there is no such thing.</summary>
    public static StatusProblem Missing(string what, string id) => new(404, $"there is no {what} with the id {id}");
}
