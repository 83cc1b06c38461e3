using System.Security.Cryptography;

namespace Holdfast.Status.Storage;

/// <summary>Ids as Statuspage's: twelve lower-case letters and digits.</summary>
internal static class StatusIds
{
    private const int Length = 12;

    /// <summary>A new one, out of some 10^18.</summary>
    public static string New() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", Length);
}
