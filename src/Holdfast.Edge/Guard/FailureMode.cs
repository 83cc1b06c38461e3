namespace Holdfast.Edge.Guard;

/// <summary>What becomes of a request whose module can't do its job.</summary>
internal enum FailureMode
{
    /// <summary>It goes on as if the module were absent.</summary>
    Open,

    /// <summary>It gets an error that blames the edge.</summary>
    Closed,
}
