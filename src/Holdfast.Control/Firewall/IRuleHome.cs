using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Firewall;

/// <summary>Where the rules of one kind and owner are kept: the owner that a request's path names.</summary>
internal interface IRuleHome<T>
{
    /// <summary>What the owner is, for messages: <c>zone</c>.</summary>
    string Owner { get; }

    /// <summary>The owner's id.</summary>
    string IdOf(HttpContext context);

    /// <summary>All rules, the oldest first.</summary>
    /// <exception cref="Envelope.ApiException">There is no such owner.</exception>
    Task<ImmutableArray<T>> AllAsync(HttpContext context);

    /// <summary>Puts others in their place, in one transaction.</summary>
    /// <param name="context">The request.</param>
    /// <param name="change">Gives the others; what it throws is thrown, and nothing is changed.</param>
    /// <exception cref="Envelope.ApiException">There is no such owner.</exception>
    Task ChangeAsync(HttpContext context, Func<ImmutableArray<T>, ImmutableArray<T>> change);
}
