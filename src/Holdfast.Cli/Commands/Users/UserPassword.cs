using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands.Users;

/// <summary>Where a user's new password comes from: a file, or whoever sits there. Never from a flag, which every user of the machine sees.</summary>
internal sealed class UserPassword
{
    /// <summary>Largest file in bytes; a password has 200 characters at most.</summary>
    private const int MaxBytes = 4 * 1024;

    private readonly Option<string?> file = new("--password-file")
    {
        HelpName = "FILE",
        Description = "The password is this file's first line; /dev/stdin is a file too.",
    };

    /// <summary>The option.</summary>
    public Option Option => file;

    /// <summary>Whether the option is given.</summary>
    public bool IsGiven(ParseResult result) => result.GetValue(file) is not null;

    /// <summary>Reads it.</summary>
    /// <exception cref="CliFailure">The file cannot be read, or nobody is there to be asked.</exception>
    public string Read(ParseResult result, CliContext context)
    {
        if (result.GetValue(file) is { } path)
        {
            return ReadFile(Path.GetFullPath(path, context.CurrentDirectory));
        }

        context.Error.Write("password: ");
        context.Error.Flush();
        var typed = context.AskSecret();
        context.Error.WriteLine();
        return typed ?? throw new CliFailure("nobody is there to be asked for the password", "give --password-file FILE");
    }

    private static string ReadFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var buffer = new byte[MaxBytes];
            using var reader = new StreamReader(
                new MemoryStream(buffer, 0, stream.ReadAtLeast(buffer, MaxBytes, throwOnEndOfStream: false))
            );
            return reader.ReadLine() ?? throw new CliFailure($"--password-file: {path} is empty");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"--password-file: {path} cannot be read: {fault.Message}");
        }
    }
}
