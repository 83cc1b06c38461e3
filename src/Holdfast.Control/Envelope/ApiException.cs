using Holdfast.Releases.Intake;

namespace Holdfast.Control.Envelope;

/// <summary>One error of an answer.</summary>
/// <param name="Code">See <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What was found and what is allowed.</param>
/// <param name="Pointer">The place in the request's body, or null.</param>
internal sealed record ApiError(int Code, string Message, string? Pointer = null);

/// <summary>A request that is answered with an error of its sender's making.</summary>
internal sealed class ApiException : Exception
{
    public ApiException(int status, params IReadOnlyList<ApiError> errors)
        : base(errors[0].Message)
    {
        Status = status;
        Errors = errors;
    }

    public int Status { get; }

    public IReadOnlyList<ApiError> Errors { get; }

    /// <summary>400 with a pointer for every problem.</summary>
    public static ApiException Invalid(IReadOnlyList<ArtifactProblem> problems, int code = ErrorCodes.Invalid) =>
        new(400, [.. problems.Take(20).Select(problem => new ApiError(code, problem.ToString(), problem.Pointer))]);

    public static ApiException Invalid(string pointer, string message, int code = ErrorCodes.Invalid) =>
        new(400, new ApiError(code, message, pointer));

    public static ApiException NotFound(string message, int code = ErrorCodes.NotFound) => new(404, new ApiError(code, message));
}
