using System.Text;

namespace Holdfast.Cli.Terminal;

/// <summary>A line that is typed and not shown: a password.</summary>
internal static class SecretLine
{
    /// <summary>Reads to the end of the line.</summary>
    public static string Read()
    {
        var line = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                line.Length = Math.Max(0, line.Length - 1);
            }
            else if (key.KeyChar != '\0')
            {
                line.Append(key.KeyChar);
            }
        }

        return line.ToString();
    }
}
