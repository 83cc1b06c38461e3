using System.Text.Json.Nodes;

namespace Holdfast.Releases.Uplink;

/// <summary>Where parts of an edge put what control should know. Never blocks on the network and never throws for a full or broken disk.</summary>
public interface IUplinkSink
{
    /// <summary>Adds a record.</summary>
    /// <param name="type">See <see cref="Model.Uplink.UplinkRecordTypes"/>.</param>
    /// <param name="body">The record's own members; never a secret.</param>
    void Add(string type, JsonObject body);
}
