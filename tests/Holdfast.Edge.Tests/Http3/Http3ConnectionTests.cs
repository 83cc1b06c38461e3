using Holdfast.Edge.Http3;
using Holdfast.Edge.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Edge.Tests.Http3;

public class Http3ConnectionTests
{
    [Fact]
    public async Task Accept_EachStream_CarriesTheConnectionsFacts()
    {
        var inner = new OneStream();
        var facts = new ConnectionFacts(inner, default, 0);
        await using var connection = new Http3Connection(inner, facts);

        var stream = await connection.AcceptAsync(TestContext.Current.CancellationToken);

        Assert.Same(facts, stream!.Features.Get<ConnectionFacts>());
        Assert.Null(await connection.AcceptAsync(TestContext.Current.CancellationToken));
    }

    private sealed class OneStream : MultiplexedConnectionContext
    {
        private bool _taken;

        public override string ConnectionId { get; set; } = "1";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var stream = _taken ? null : new DefaultConnectionContext();
            _taken = true;
            return new ValueTask<ConnectionContext?>(stream);
        }

        public override ValueTask<ConnectionContext> ConnectAsync(
            IFeatureCollection? features = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public override void Abort() => throw new NotSupportedException();

        public override void Abort(ConnectionAbortedException abortReason) => throw new NotSupportedException();
    }
}
