namespace Holdfast.Control.Envelope;

/// <summary>The codes of the API's errors: Cloudflare's where it has one for the case, otherwise ours from 40,000.</summary>
internal static class ErrorCodes
{
    /// <summary>Cloudflare's for requests beyond the limit.</summary>
    public const int TooManyRequests = 971;

    public const int InvalidZoneIdentifier = 1001;
    public const int InvalidZoneName = 1002;
    public const int UnknownSetting = 1006;
    public const int InvalidSettingValue = 1007;
    public const int ZoneExists = 1061;
    public const int InvalidToken = 1000;

    /// <summary>Cloudflare's for a purge that names nothing, or names it in several ways.</summary>
    public const int NothingToPurge = 1012;

    /// <summary>Cloudflare's for a <c>purge_everything</c> that is not true.</summary>
    public const int EverythingNotTrue = 1013;

    /// <summary>Cloudflare's for a list of a purge that is none.</summary>
    public const int NoList = 1014;

    /// <summary>Cloudflare's for a URL that cannot be purged.</summary>
    public const int UnableToPurge = 1015;

    /// <summary>Cloudflare's for a token that may not be given what it was to be given; it has 1001 for several things.</summary>
    public const int TokenNotAllowed = 1001;

    public const int MalformedJson = 6007;
    public const int NoRoute = 7000;
    public const int MethodNotAllowed = 7001;
    public const int InvalidIdentifier = 7003;
    public const int UnknownKeyOrEmail = 9103;
    public const int InvalidAccessToken = 9109;
    public const int Authentication = 10000;

    public const int Invalid = 40_000;
    public const int NotFound = 40_004;
    public const int Conflict = 40_009;
    public const int PreconditionFailed = 40_012;
    public const int TooLarge = 40_013;
    public const int BadRequest = 40_014;
    public const int IdempotencyKeyReused = 40_022;
    public const int SecondFactorNeeded = 40_101;
    public const int JoinTokenRefused = 40_102;
    public const int Internal = 50_000;
    public const int StorageUnavailable = 50_003;
    public const int Busy = 50_004;
}
