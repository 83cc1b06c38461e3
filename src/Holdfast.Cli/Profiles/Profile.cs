namespace Holdfast.Cli.Profiles;

/// <summary>One control that the user works with.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Control">The API's address.</param>
/// <param name="Token">The token to present.</param>
internal sealed record Profile(string Name, Uri Control, string Token);
