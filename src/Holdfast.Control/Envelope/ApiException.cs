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

    /// <summary>When to come back, in whole seconds, or null: the answer's Retry-After.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>400 with a pointer for every problem.</summary>
    public static ApiException Invalid(IReadOnlyList<ArtifactProblem> problems, int code = ErrorCodes.Invalid) =>
        new(400, [.. problems.Take(20).Select(problem => new ApiError(code, problem.ToString(), problem.Pointer))]);

    public static ApiException Invalid(string pointer, string message, int code = ErrorCodes.Invalid) =>
        new(400, new ApiError(code, message, pointer));

    public static ApiException NotFound(string message, int code = ErrorCodes.NotFound) => new(404, new ApiError(code, message));

    /// <summary>503: there is too much to do. The seconds to wait are drawn, so that those who were refused together do not return together.</summary>
    public static ApiException Busy(string message) =>
        new(503, new ApiError(ErrorCodes.Busy, message)) { RetryAfter = Random.Shared.Next(1, 6) };

    /// <summary>429: too many attempts. Up to half of the pause is added at random.</summary>
    public static ApiException TooMany(TimeSpan pause)
    {
        var seconds = (int)Math.Ceiling(pause.TotalSeconds);
        return new ApiException(429, new ApiError(ErrorCodes.TooManyRequests, "too many failed attempts; try again later"))
        {
            RetryAfter = seconds + Random.Shared.Next(0, (seconds / 2) + 2),
        };
    }
}
