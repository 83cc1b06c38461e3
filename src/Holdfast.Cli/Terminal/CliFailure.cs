namespace Holdfast.Cli.Terminal;

/// <summary>The end of a command that cannot do what it was asked to: one clear line on standard error, and an exit code.</summary>
internal sealed class CliFailure : Exception
{
    /// <summary>Exit code for a command that was understood but failed in a way that has no code of its own.</summary>
    public const int Failed = 1;

    /// <summary>Exit code for a command that was written wrongly or cannot start: an unknown flag, a bad value, a port in use.</summary>
    public const int BadUse = 2;

    /// <summary>Exit code when the thing that was named is not there.</summary>
    public const int NotFound = 3;

    /// <summary>Exit code when the token is not believed, or may not do this.</summary>
    public const int NotAllowed = 4;

    /// <summary>Exit code when it is there already, or was changed by somebody else meanwhile.</summary>
    public const int Conflict = 5;

    /// <summary>Exit code when control does not answer.</summary>
    public const int Unreachable = 6;

    /// <summary>Exit code when control refuses what was sent as not valid.</summary>
    public const int Invalid = 7;

    /// <summary>Exit code when control has too much to do: try again later.</summary>
    public const int Busy = 8;

    /// <param name="message">What is wrong, where, what was found and what was expected; no full stop at the end.</param>
    /// <param name="hint">What to do about it, or null.</param>
    /// <param name="exitCode">One of the constants above.</param>
    public CliFailure(string message, string? hint = null, int exitCode = BadUse)
        : base(OneLine(message))
    {
        Hint = hint is null ? null : OneLine(hint);
        ExitCode = exitCode;
    }

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }

    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; }

    /// <summary>The one line: message, then hint.</summary>
    public string Line => Hint is null ? Message : $"{Message}; {Hint}";

    /// <summary>The exit code for an answer's status.</summary>
    public static int CodeOf(int status) =>
        status switch
        {
            400 or 413 or 422 => Invalid,
            401 or 403 => NotAllowed,
            404 => NotFound,
            409 or 412 => Conflict,
            429 or 503 => Busy,
            _ => Failed,
        };

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)).Trim();
}
