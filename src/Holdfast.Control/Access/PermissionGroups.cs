using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Holdfast.Control.Access;

/// <summary>Every permission group that an operation of this API needs. The ids are Cloudflare's public ones.</summary>
internal static class PermissionGroups
{
    public static PermissionGroup ZoneRead { get; } =
        new("c8fed203ed3043cba015a93ad1616f1f", "Zone Read", "Grants read access to zones", ResourceScope.Zone);

    public static PermissionGroup ZoneWrite { get; } =
        new("e6d2666161e84845a636613608cee8d5", "Zone Write", "Grants write access to zones", ResourceScope.Zone) { Includes = ZoneRead };

    public static PermissionGroup ZoneSettingsRead { get; } =
        new("517b21aee92c4d89936c976ba6e4be55", "Zone Settings Read", "Grants read access to zone settings", ResourceScope.Zone);

    public static PermissionGroup ZoneSettingsWrite { get; } =
        new("3030687196b94b638145a3953da2b699", "Zone Settings Write", "Grants write access to zone settings", ResourceScope.Zone)
        {
            Includes = ZoneSettingsRead,
        };

    public static PermissionGroup DnsRead { get; } =
        new("82e64a83756745bbbb1c9c2701bf816b", "DNS Read", "Grants read access to DNS records", ResourceScope.Zone);

    public static PermissionGroup DnsWrite { get; } =
        new("4755a26eedb94da69e1066d98aa820be", "DNS Write", "Grants write access to DNS records", ResourceScope.Zone)
        {
            Includes = DnsRead,
        };

    public static PermissionGroup CertificatesRead { get; } =
        new(
            "7b7216b327b04b8fbc8f524e1f9b7531",
            "SSL and Certificates Read",
            "Grants read access to TLS settings and certificates",
            ResourceScope.Zone
        );

    public static PermissionGroup CertificatesWrite { get; } =
        new(
            "c03055bc037c4ea9afb9a9f104b7b721",
            "SSL and Certificates Write",
            "Grants write access to TLS settings and certificates",
            ResourceScope.Zone
        )
        {
            Includes = CertificatesRead,
        };

    public static PermissionGroup AccountSettingsRead { get; } =
        new(
            "c1fde68c7bcc44588cbb6ddbc16d6480",
            "Account Settings Read",
            "Grants read access to the account, its nodes and its releases",
            ResourceScope.Account
        );

    public static PermissionGroup AccountSettingsWrite { get; } =
        new(
            "1af1fa2adc104452b74a9a3364202f20",
            "Account Settings Write",
            "Grants write access to the account and its nodes",
            ResourceScope.Account
        )
        {
            Includes = AccountSettingsRead,
        };

    public static PermissionGroup AccountTokensRead { get; } =
        new(
            "eb56a6953c034b9d97dd838155666f06",
            "Account API Tokens Read",
            "Grants read access to the account's API tokens",
            ResourceScope.Account
        );

    public static PermissionGroup AccountTokensWrite { get; } =
        new(
            "5bc3f8b21c554832afc660159ab75fa4",
            "Account API Tokens Write",
            "Grants write access to the account's API tokens",
            ResourceScope.Account
        )
        {
            Includes = AccountTokensRead,
        };

    public static PermissionGroup RuleListsRead { get; } =
        new("4f1071168de8466e9808de86febfc516", "Account Rule Lists Read", "Grants read access to lists", ResourceScope.Account);

    public static PermissionGroup RuleListsWrite { get; } =
        new("2edbf20661fd4661b0fe10e9e12f485c", "Account Rule Lists Write", "Grants write access to lists", ResourceScope.Account)
        {
            Includes = RuleListsRead,
        };

    public static PermissionGroup AccountAccessRulesRead { get; } =
        new(
            "de7a688cc47d43bd9ea700b467a09c96",
            "Account Firewall Access Rules Read",
            "Grants read access to the IP access rules of the account and its user",
            ResourceScope.Account
        );

    public static PermissionGroup AccountAccessRulesWrite { get; } =
        new(
            "a416acf9ef5a4af19fb11ed3b96b1fe6",
            "Account Firewall Access Rules Write",
            "Grants write access to the IP access rules of the account and its user",
            ResourceScope.Account
        )
        {
            Includes = AccountAccessRulesRead,
        };

    public static PermissionGroup AccountRulesetsRead { get; } =
        new(
            "fb39996ee9044d2a8725921e02744b39",
            "Account Rulesets Read",
            "Grants read access to the account's rulesets",
            ResourceScope.Account
        );

    public static PermissionGroup AccountRulesetsWrite { get; } =
        new(
            "56907406c3d548ed902070ec4df0e328",
            "Account Rulesets Write",
            "Grants write access to the account's rulesets",
            ResourceScope.Account
        )
        {
            Includes = AccountRulesetsRead,
        };

    public static PermissionGroup TokensRead { get; } =
        new("0cc3a61731504c89b99ec1be78b77aa0", "API Tokens Read", "Grants read access to the user's API tokens", ResourceScope.User);

    public static PermissionGroup TokensWrite { get; } =
        new("686d18d5ac6c441c867cbf6771e58a0a", "API Tokens Write", "Grants write access to the user's API tokens", ResourceScope.User)
        {
            Includes = TokensRead,
        };

    public static PermissionGroup MembershipsRead { get; } =
        new("3518d0f75557482e952c6762d3e64903", "Memberships Read", "Grants read access to the user's memberships", ResourceScope.User);

    public static PermissionGroup MembershipsWrite { get; } =
        new("9201bc6f42d440968aaab0c6f17ebb1d", "Memberships Write", "Grants write access to the user's memberships", ResourceScope.User)
        {
            Includes = MembershipsRead,
        };

    public static PermissionGroup UserDetailsRead { get; } =
        new("8acbe5bb0d54464ab867149d7f7cf8ac", "User Details Read", "Grants read access to the user's details", ResourceScope.User);

    public static PermissionGroup UserDetailsWrite { get; } =
        new("55a5e17cc99e4a3fa1f3432d262f2e55", "User Details Write", "Grants write access to the user's details", ResourceScope.User)
        {
            Includes = UserDetailsRead,
        };

    public static PermissionGroup CachePurge { get; } =
        new("e17beae8b8cb423a99b1730f21238bed", "Cache Purge", "Grants access to purge the cache", ResourceScope.Zone);

    public static PermissionGroup ZoneWafRead { get; } =
        new("dbc512b354774852af2b5a5f4ba3d470", "Zone WAF Read", "Grants read access to custom rules", ResourceScope.Zone);

    public static PermissionGroup ZoneWafWrite { get; } =
        new("fb6778dc191143babbfaa57993f1d275", "Zone WAF Write", "Grants write access to custom rules", ResourceScope.Zone)
        {
            Includes = ZoneWafRead,
        };

    public static PermissionGroup FirewallServicesRead { get; } =
        new("4ec32dfcb35641c5bb32d5ef1ab963b4", "Firewall Services Read", "Grants read access to IP access rules", ResourceScope.Zone);

    public static PermissionGroup FirewallServicesWrite { get; } =
        new("43137f8d07884d3198dc0ee77ca6e79b", "Firewall Services Write", "Grants write access to IP access rules", ResourceScope.Zone)
        {
            Includes = FirewallServicesRead,
        };

    public static PermissionGroup CacheSettingsRead { get; } =
        new("3245da1cf36c45c3847bb9b483c62f97", "Cache Settings Read", "Grants read access to cache rules", ResourceScope.Zone);

    public static PermissionGroup CacheSettingsWrite { get; } =
        new("9ff81cbbe65c400b97d92c3c1033cab6", "Cache Settings Write", "Grants write access to cache rules", ResourceScope.Zone)
        {
            Includes = CacheSettingsRead,
        };

    public static PermissionGroup RedirectsRead { get; } =
        new("d8e12db741544d1586ec1d6f5d3c7786", "Dynamic URL Redirects Read", "Grants read access to redirect rules", ResourceScope.Zone);

    public static PermissionGroup RedirectsWrite { get; } =
        new("74e1036f577a48528b78d2413b40538d", "Dynamic URL Redirects Write", "Grants write access to redirect rules", ResourceScope.Zone)
        {
            Includes = RedirectsRead,
        };

    public static PermissionGroup CustomErrorsRead { get; } =
        new("a2b55cd504d44ef18b7ba6a7f2b8fbb1", "Custom Errors Read", "Grants read access to custom error rules", ResourceScope.Zone);

    public static PermissionGroup CustomErrorsWrite { get; } =
        new("a9dba34cf5814d4ab2007b4ada0045bd", "Custom Errors Write", "Grants write access to custom error rules", ResourceScope.Zone)
        {
            Includes = CustomErrorsRead,
        };

    public static PermissionGroup ConfigSettingsRead { get; } =
        new("20e5ea084b2f491c86b8d8d90abff905", "Config Settings Read", "Grants read access to configuration rules", ResourceScope.Zone);

    public static PermissionGroup ConfigSettingsWrite { get; } =
        new("06f0526e6e464647bd61b63c54935235", "Config Settings Write", "Grants write access to configuration rules", ResourceScope.Zone)
        {
            Includes = ConfigSettingsRead,
        };

    public static PermissionGroup CompressionRead { get; } =
        new("93ae59e7a40c4287a57ff6e501186a63", "Response Compression Read", "Grants read access to compression rules", ResourceScope.Zone);

    public static PermissionGroup CompressionWrite { get; } =
        new(
            "4bd3fb513a23494aa1341a7e1eb6e080",
            "Response Compression Write",
            "Grants write access to compression rules",
            ResourceScope.Zone
        )
        {
            Includes = CompressionRead,
        };

    public static PermissionGroup OriginRead { get; } =
        new("7b32a91ece3140d4b3c2c56f23fc8e35", "Origin Read", "Grants read access to origin rules", ResourceScope.Zone);

    public static PermissionGroup OriginWrite { get; } =
        new("a4308c6855c84eb2873e01b6cc85cbb3", "Origin Write", "Grants write access to origin rules", ResourceScope.Zone)
        {
            Includes = OriginRead,
        };

    public static PermissionGroup TransformRulesRead { get; } =
        new("211a4c0feb3e43b3a2d41f1443a433e7", "Zone Transform Rules Read", "Grants read access to transform rules", ResourceScope.Zone);

    public static PermissionGroup TransformRulesWrite { get; } =
        new("0ac90a90249747bca6b047d97f0803e9", "Zone Transform Rules Write", "Grants write access to transform rules", ResourceScope.Zone)
        {
            Includes = TransformRulesRead,
        };

    /// <summary>All of them, in the order of their names.</summary>
    public static ImmutableArray<PermissionGroup> All { get; } =
    [
        TokensRead,
        TokensWrite,
        AccountTokensRead,
        AccountTokensWrite,
        AccountAccessRulesRead,
        AccountAccessRulesWrite,
        RuleListsRead,
        RuleListsWrite,
        AccountRulesetsRead,
        AccountRulesetsWrite,
        AccountSettingsRead,
        AccountSettingsWrite,
        CachePurge,
        CacheSettingsRead,
        CacheSettingsWrite,
        ConfigSettingsRead,
        ConfigSettingsWrite,
        CustomErrorsRead,
        CustomErrorsWrite,
        DnsRead,
        DnsWrite,
        RedirectsRead,
        RedirectsWrite,
        FirewallServicesRead,
        FirewallServicesWrite,
        MembershipsRead,
        MembershipsWrite,
        OriginRead,
        OriginWrite,
        CompressionRead,
        CompressionWrite,
        CertificatesRead,
        CertificatesWrite,
        UserDetailsRead,
        UserDetailsWrite,
        ZoneRead,
        ZoneSettingsRead,
        ZoneSettingsWrite,
        TransformRulesRead,
        TransformRulesWrite,
        ZoneWafRead,
        ZoneWafWrite,
        ZoneWrite,
    ];

    private static readonly FrozenDictionary<string, PermissionGroup> ById = All.ToFrozenDictionary(group => group.Id);

    /// <summary>The group with this id, or null.</summary>
    public static PermissionGroup? Find(string id) => ById.GetValueOrDefault(id);
}
