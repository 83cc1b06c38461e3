using Holdfast.Cli.Commands;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Tests.TestSystem;

/// <summary>Runs commands inside the test's process.</summary>
internal sealed class CliRun
{
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public Dictionary<string, string> Environment { get; } = [];

    public required string CurrentDirectory { get; init; }

    public bool OutIsTerminal { get; init; }

    /// <summary>What standard input holds.</summary>
    public string Input { get; init; } = "";

    /// <summary>What a person would type when asked; null: nobody is there.</summary>
    public string? Answer { get; init; }

    public string Out => output.ToString();

    public string Error => error.ToString();

    public CliContext Context =>
        new()
        {
            Out = output,
            Error = error,
            Environment = name => Environment.GetValueOrDefault(name),
            CurrentDirectory = CurrentDirectory,
            Time = TimeProvider.System,
            OutIsTerminal = OutIsTerminal,
            Ask = () => Answer,
            AskSecret = () => Answer,
            OpenIn = () => new StringReader(Input),
        };

    public Task<int> RunAsync(params string[] arguments) => HoldfastCommand.RunAsync(arguments, Context);
}
