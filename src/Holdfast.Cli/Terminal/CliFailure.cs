namespace Holdfast.Cli.Terminal;

/// <summary>The end of a command that cannot do what it was asked to: one clear line on standard error, and an exit code.</summary>
internal sealed class CliFailure : Exception
{
    /// <summary>Exit code for a command that was written wrongly or cannot start: an unknown flag, a bad value, a port in use.</summary>
    public const int BadUse = 2;

    /// <summary>Exit code for a command that was understood but failed: control refused, a file cannot be read, nothing runs.</summary>
    public const int Failed = 1;

    /// <param name="message">What is wrong, where, what was found and what was expected; no full stop at the end.</param>
    /// <param name="hint">What to do about it, or null.</param>
    /// <param name="exitCode"><see cref="BadUse"/> or <see cref="Failed"/>.</param>
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

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)).Trim();
}
