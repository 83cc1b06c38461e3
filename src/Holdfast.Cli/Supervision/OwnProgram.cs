using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Supervision;

/// <summary>How this program is started again, as another process.</summary>
/// <param name="FileName">The executable, absolute.</param>
/// <param name="LeadingArguments">What comes before the program's own arguments: <c>holdfast.dll</c> when <c>dotnet</c> hosts it.</param>
internal sealed record OwnProgram(string FileName, IReadOnlyList<string> LeadingArguments)
{
    /// <summary>The program that this process runs.</summary>
    /// <exception cref="CliFailure">The process does not know its own path.</exception>
    public static OwnProgram Find()
    {
        var path = Environment.ProcessPath ?? throw new CliFailure("the program's own path is unknown; is /proc mounted?");
        return Path.GetFileNameWithoutExtension(path) == "dotnet"
            ? new OwnProgram(path, [Path.Combine(AppContext.BaseDirectory, "holdfast.dll")])
            : new OwnProgram(path, []);
    }
}
