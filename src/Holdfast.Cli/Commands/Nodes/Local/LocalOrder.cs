using System.CommandLine;
using Holdfast.Cli.BreakGlass;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.BreakGlass;

namespace Holdfast.Cli.Commands.Nodes.Local;

/// <summary>The options of every command to an edge on this machine, and how it is given.</summary>
internal sealed class LocalOrder
{
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<string?> _node = Node();
    private readonly Option<string?> _reason = new("--reason") { HelpName = "TEXT", Description = "Why, for the audit log." };

    /// <summary>Adds them.</summary>
    public static LocalOrder AddTo(Command command)
    {
        var options = new LocalOrder();
        command.Add(options._reason);
        command.Add(options._node);
        command.Add(options._data);
        command.Add(options._json);
        return options;
    }

    /// <summary>--node NAME</summary>
    public static Option<string?> Node() =>
        new("--node") { HelpName = "NAME", Description = "Which edge, where several have run on this machine." };

    /// <summary>--everything</summary>
    public static Option<bool> Everything(string description) => new("--everything") { Description = description };

    /// <summary>Gives a command.</summary>
    /// <param name="result">What was typed.</param>
    /// <param name="context">The process.</param>
    /// <param name="verb">What to do.</param>
    /// <param name="fill">Says about what.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliFailure">It is refused, or cannot be given.</exception>
    public async Task GiveAsync(
        ParseResult result,
        CliContext context,
        NodeVerb verb,
        Func<NodeCommand, NodeCommand> fill,
        CancellationToken cancellationToken
    )
    {
        var data = DataDirectory.At(DataDirectory.Resolve(result.GetValue(_data), context.Environment, context.CurrentDirectory));
        var command = fill(
            new NodeCommand
            {
                Id = LocalEdge.NewId(),
                Verb = verb,
                Reason = result.GetValue(_reason),
                By = LocalUser.Name(context.Environment),
                At = context.Time.GetUtcNow(),
            }
        );
        if (NodeCommand.TryRead(command.Write(), out _) is { } problem)
        {
            throw new CliFailure(problem);
        }

        var edge = LocalEdge.Find(context, data, result.GetValue(_node));
        var (text, isDone) = await edge.OrderAsync(command, cancellationToken);
        if (result.GetValue(_json))
        {
            context.WriteJson(
                JsonText.Object(json =>
                {
                    json.WriteString("node", edge.Name);
                    json.WriteString("id", command.Id);
                    json.WriteBoolean("done", isDone);
                    json.WriteString("text", text);
                })
            );
            return;
        }

        context.Out.WriteLine(isDone ? $"{edge.Name}: {text}" : text);
    }
}
