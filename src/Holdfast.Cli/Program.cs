using Holdfast.Cli.Commands;
using Holdfast.Cli.Terminal;

InterruptSignal.StopIgnoring();
return await HoldfastCommand.RunAsync(args, CliContext.OfThisProcess());
