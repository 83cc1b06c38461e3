namespace Holdfast.Status.Access;

/// <summary>What a token may write. Every token may read; what only managers see needs <see cref="Manage"/>.</summary>
internal enum TokenScope
{
    /// <summary><c>components</c>: components and groups, their states among them.</summary>
    Components,

    /// <summary><c>incidents</c>: incidents, maintenances, drafts, templates.</summary>
    Incidents,

    /// <summary><c>evidence</c>: what edges push of how they are.</summary>
    Evidence,

    /// <summary><c>manage</c>: everything, tokens and operators among it.</summary>
    Manage,
}
