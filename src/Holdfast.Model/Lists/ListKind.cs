namespace Holdfast.Model.Lists;

/// <summary>What a list's items are.</summary>
public enum ListKind
{
    /// <summary>Addresses and networks.</summary>
    Ip = 1,

    /// <summary>Host names, with or without the names below them.</summary>
    Hostname = 2,

    /// <summary>Numbers of autonomous systems.</summary>
    Asn = 3,

    /// <summary>Redirects, each from one place to another: <see cref="RedirectItem"/>.</summary>
    Redirect = 4,
}
