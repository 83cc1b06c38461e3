using System.CommandLine;
using Holdfast.Cli.Terminal;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast completion SHELL</c>: a script that asks the program itself what fits, so that it never goes out of date.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _holdfast() {
          local IFS=$'\n'
          mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _holdfast holdfast ./holdfast
        """;

    private const string Zsh = """
        #compdef holdfast
        _holdfast() {
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -- "${found[@]}"
        }
        compdef _holdfast holdfast
        """;

    private const string Fish = """
        function __holdfast_complete
          set -l line (commandline -cp)
          holdfast "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c holdfast -f -a '(__holdfast_complete)'
        """;

    public static Command Create(CliContext context)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command(
            "completion",
            "Print a script that completes commands in your shell: eval \"$(holdfast completion bash)\"."
        )
        {
            shell,
        };
        command.SetAction(result =>
            context.Out.WriteLine(
                result.GetRequiredValue(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    _ => Fish,
                }
            )
        );
        return command;
    }
}
