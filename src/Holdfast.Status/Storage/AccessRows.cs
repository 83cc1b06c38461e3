namespace Holdfast.Status.Storage;

/// <summary>A person who may sign in, as they are kept.</summary>
/// <param name="Id">Twelve lower-case letters and digits.</param>
/// <param name="Email">Lower case; what they sign in with, and what the audit log calls them.</param>
/// <param name="Name">What people call them.</param>
/// <param name="Password">See <see cref="Access.PasswordHash"/>.</param>
/// <param name="Totp">The secret of their second factor, sealed; null without one.</param>
/// <param name="TotpStep">The time step of the last code that was used: a code works once.</param>
/// <param name="CreatedAt">When they were added.</param>
/// <param name="SignedInAt">When they last signed in, or null.</param>
internal sealed record OperatorRow(
    string Id,
    string Email,
    string Name,
    string Password,
    byte[]? Totp,
    long TotpStep,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SignedInAt
);

/// <summary>A session with whose it is.</summary>
/// <param name="Operator">Who signed in.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="SeenAt">When it was last used, to the minute.</param>
internal sealed record SessionRow(OperatorRow Operator, DateTimeOffset CreatedAt, DateTimeOffset SeenAt);

/// <summary>A token, without its text, which is kept nowhere.</summary>
/// <param name="Id">Twelve lower-case letters and digits.</param>
/// <param name="Name">What the audit log calls it.</param>
/// <param name="Scopes">Words of <see cref="Access.TokenScope"/>, with blanks between.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record TokenRow(string Id, string Name, string Scopes, DateTimeOffset CreatedAt);
