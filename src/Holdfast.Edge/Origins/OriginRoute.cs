using System.Collections.Concurrent;
using System.Text;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Origins;

/// <summary>What rules say of the way to the origin: which server, and what it is told. Immutable; told apart by being another object.</summary>
internal sealed class OriginRoute
{
    // Which routes rules before leave: few. One too many is made for its request alone.
    private const int MostRemembered = 64;

    private readonly RouteAction _action;
    private readonly ConcurrentDictionary<OriginRoute, OriginRoute> _behind = new();

    /// <summary>Of a rule.</summary>
    public OriginRoute(RouteAction action)
    {
        _action = action;
        HostHeader = action.HostHeader is { } header ? Encoding.ASCII.GetBytes(header) : null;
    }

    /// <summary>The Host for the server, or null for what the zone says.</summary>
    public byte[]? HostHeader { get; }

    /// <summary>This route behind that of a rule before it: of each part, the last word counts.</summary>
    public OriginRoute Behind(OriginRoute? before)
    {
        if (before is null)
        {
            return this;
        }

        if (_behind.TryGetValue(before, out var both))
        {
            return both;
        }

        both = new OriginRoute(
            new RouteAction(
                _action.HostHeader ?? before._action.HostHeader,
                _action.OriginHost ?? before._action.OriginHost,
                _action.OriginPort ?? before._action.OriginPort,
                _action.Sni ?? before._action.Sni
            )
        );
        return _behind.Count < MostRemembered ? _behind.GetOrAdd(before, both) : both;
    }

    /// <summary>The target that a request has by this route, from the one that it has by its zone.</summary>
    public OriginTargetKey On(OriginTargetKey key)
    {
        var name = _action.Sni ?? _action.HostHeader?.Split(':')[0];
        return key with
        {
            Host = _action.OriginHost ?? key.Host,
            Port = _action.OriginPort ?? key.Port,
            ServerName = key.Tls ? name ?? key.ServerName : null,
            Addresses = _action.OriginHost is null ? key.Addresses : null,
        };
    }
}
