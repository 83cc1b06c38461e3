using Holdfast.Http.Origins;

namespace Holdfast.Edge.Origins;

/// <summary>Told what becomes of attempts to connect to origins, one call for each address tried. Called from any thread; does not block.</summary>
internal interface IOriginEvents
{
    /// <summary>A connection stands, secured where it is to be.</summary>
    void Connected();

    /// <summary>A connection could not be had.</summary>
    void NotConnected(OriginFault fault);

    /// <summary>The origin's name has no address.</summary>
    void NotResolved();
}
