namespace Holdfast.Control.Records;

/// <summary>The codes of errors about records, as Cloudflare's API has them.</summary>
internal static class RecordErrors
{
    public const int Validation = 1004;
    public const int InvalidName = 9000;
    public const int TargetNotProxiable = 9003;
    public const int NotProxiable = 9004;
    public const int InvalidIPv4 = 9005;
    public const int InvalidIPv6 = 9006;
    public const int InvalidTarget = 9007;
    public const int InvalidMailHost = 9009;
    public const int InvalidTtl = 9021;
    public const int PointsToItself = 9039;
    public const int NotFound = 81_044;
    public const int QuotaExceeded = 81_045;
    public const int AddressOrAliasExists = 81_053;
    public const int AliasExists = 81_054;
    public const int DelegationExists = 81_056;
    public const int Identical = 81_058;
}
