using System.Reflection;
using Spectre.Console;

namespace Holdfast.Cli.Terminal;

/// <summary>What a command may touch of the process it runs in; a test gives it another.</summary>
internal sealed record CliContext
{
    /// <summary>Width of tables that nobody looks at in a terminal: wide enough that no cell is broken in two.</summary>
    private const int PipeWidth = 400;

    /// <summary>Standard output: results, and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error: progress, logs and the one line that says what went wrong.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>What relative paths start from.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Whether standard output is a terminal.</summary>
    public required bool OutIsTerminal { get; init; }

    /// <summary>The program's version, <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(CliContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>How the user calls the program, for the lines that say what to type next.</summary>
    public string ProgramName => Environment("HOLDFAST_COMMAND") is { Length: > 0 } name ? name : "holdfast";

    /// <summary>The real process.</summary>
    public static CliContext OfThisProcess() =>
        new()
        {
            Out = Console.Out,
            Error = Console.Error,
            Environment = System.Environment.GetEnvironmentVariable,
            CurrentDirectory = Directory.GetCurrentDirectory(),
            Time = TimeProvider.System,
            OutIsTerminal = !Console.IsOutputRedirected,
            AskSecret = static () => Console.IsInputRedirected ? null : SecretLine.Read(),
            OpenIn = static () => Console.In,
            Ask = static () => Console.IsInputRedirected ? null : Console.ReadLine(),
        };

    /// <summary>A console that draws tables on <see cref="Out"/>; without colours unless that is a terminal.</summary>
    public IAnsiConsole CreateConsole()
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(Out),
                Ansi = OutIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = OutIsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
            }
        );
        if (!OutIsTerminal)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }

    /// <summary>Standard input, for a command that was told to read it.</summary>
    public required Func<TextReader> OpenIn { get; init; }

    /// <summary>Reads one line of standard input; null when there is nobody to ask.</summary>
    public required Func<string?> Ask { get; init; }

    /// <summary>Reads one line of standard input that is not shown; null when there is nobody to ask.</summary>
    public required Func<string?> AskSecret { get; init; }

    /// <summary>Asks a person.</summary>
    /// <param name="question">Answered with yes or no.</param>
    /// <exception cref="CliFailure">Nobody is there to be asked.</exception>
    public bool Confirm(string question)
    {
        Error.Write($"{question} [y/N] ");
        Error.Flush();
        return Ask() is { } answer
            ? answer.Trim().ToLowerInvariant() is "y" or "yes"
            : throw new CliFailure("nobody is there to be asked", "give --yes");
    }

    /// <summary>Writes one line that is JSON, then flushes, so that a reader on a pipe has it at once.</summary>
    public void WriteJson(string json)
    {
        Out.WriteLine(json);
        Out.Flush();
    }
}
