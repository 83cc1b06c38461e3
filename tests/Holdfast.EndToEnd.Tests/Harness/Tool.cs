using System.Diagnostics;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>What a program that ran to its end said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Out">Standard output, Latin-1, so that every byte is there.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ToolResult(int ExitCode, string Out, string Error)
{
    /// <summary>Itself, when it ended well.</summary>
    public ToolResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Out}\n{Error}");
        return this;
    }
}

/// <summary>Programs of the machine's: curl, openssl, h2load and so on.</summary>
internal static class Tool
{
    /// <summary>Directories that an ordinary user's PATH may lack.</summary>
    private static readonly string[] Directories =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin",
        "/sbin",
        "/usr/bin",
    ];

    /// <summary>Where the program is, or null.</summary>
    public static string? Find(string name) => Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Where the program is; the test is skipped when it is not installed.</summary>
    public static string Need(string name)
    {
        var path = Find(name);
        Assert.SkipWhen(path is null, $"{name} is not installed");
        return path!;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<ToolResult> RunAsync(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Need(name), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = System.Text.Encoding.Latin1,
        };
        return await RunAsync(start);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<ToolResult> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end\n{await error}");
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }
}
