using System.Net;
using Holdfast.Cli.Supervision;
using Holdfast.Drills.Programs;

namespace Holdfast.Cli.Drills;

/// <summary>This program as drills see it: its processes and the sockets before them, started as <c>up</c> starts its own.</summary>
internal sealed class DrilledProgram : IHoldfastProgram
{
    private readonly OwnProgram program = OwnProgram.Find();

    /// <inheritdoc/>
    public IHeldListener Listen() => new HeldListener(ListeningSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0), "http"));

    /// <inheritdoc/>
    public IHoldfastProcess Start(ProgramStart start)
    {
        var environment = new Dictionary<string, string?>(start.Environment);
        if (start.DiskMayFill)
        {
            // The runtime's own file in memory would fall under the limit as well.
            FileSizeLimit.IgnoreSignal();
            environment["DOTNET_EnableWriteXorExecute"] = "0";
        }

        var spec = new ChildSpec
        {
            Name = start.Name,
            Arguments = start.Arguments,
            Sockets = [.. start.Listeners.Cast<HeldListener>().Select(static listener => listener.Socket)],
            Environment = environment,
        };
        var process = ChildProcess.Start(program, spec, start.Messages);
        process.PassErrorsOn();
        return new DrilledProcess(process);
    }

    private sealed class HeldListener(ListeningSocket socket) : IHeldListener
    {
        public ListeningSocket Socket { get; } = socket;

        public int Port => Socket.Address.Port;

        public int Descriptor => Socket.Descriptor;

        public void Dispose() => Socket.Dispose();
    }

    private sealed class DrilledProcess : IHoldfastProcess
    {
        private readonly ChildProcess process;

        public DrilledProcess(ChildProcess process)
        {
            this.process = process;
            Ready = ReadAsync(process.Ready);
            Ended = process.WaitForExitAsync();
        }

        public Task<ProgramReady> Ready { get; }

        public Task Ended { get; }

        public string? LastMessage => process.LastErrorLine;

        public void Kill() => process.Kill();

        public void FillDisk(bool full) => FileSizeLimit.Set(process.Id, full ? 0 : null);

        public void OrderToEnd() => process.OrderToEnd();

        public void Dispose() => process.Dispose();

        private static async Task<ProgramReady> ReadAsync(Task<ReadyMessage> ready)
        {
            var message = await ready;
            return new ProgramReady(message.AdminToken, message.Management is { } management ? new Uri(management) : null);
        }
    }
}
