using Holdfast.Edge.Requests;
using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>The buffers of one exchange with an origin, kept with the visitor's connection so that the next exchange allocates none.</summary>
internal sealed class ExchangeScratch
{
    /// <summary>The request as it is written to the origin.</summary>
    public ReusableBuffer Output { get; } = new();

    /// <summary>The body of the origin's answer.</summary>
    public OriginBody Body { get; } = new();
}
