using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary>Cache keys in JSON.</summary>
internal static class CacheKeyJson
{
    private static readonly string NamesForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of 1 to {CustomCacheKey.MostNames} different names"
    );

    public static CustomCacheKey? Read(JsonMembers members)
    {
        var key = new CustomCacheKey
        {
            IgnoreQueryOrder = members.OptionalFlag("ignore_query_strings_order") ?? false,
            DeviceType = members.OptionalFlag("cache_by_device_type") ?? false,
            DeceptionArmor = members.OptionalFlag("cache_deception_armor") ?? false,
        };
        if (members.TryGetObject("custom_key", out var custom))
        {
            key = ReadCustom(custom, key);
            custom.RefuseOthers();
        }

        members.RefuseOthers();
        return key;
    }

    public static JsonObject Write(CustomCacheKey key)
    {
        var json = new JsonObject();
        if (key.IgnoreQueryOrder)
        {
            json["ignore_query_strings_order"] = true;
        }

        if (key.DeviceType)
        {
            json["cache_by_device_type"] = true;
        }

        if (key.DeceptionArmor)
        {
            json["cache_deception_armor"] = true;
        }

        var custom = new JsonObject();
        if (key.Query is { } query)
        {
            var names = query.Names.IsEmpty ? new JsonObject { ["all"] = true } : new JsonObject { ["list"] = Names(query.Names) };
            custom["query_string"] = new JsonObject { [query.IsExclusion ? "exclude" : "include"] = names };
        }

        Add(custom, "header", key.Headers, key.HeaderPresence);
        Add(custom, "cookie", key.Cookies, key.CookiePresence);
        if (key.ResolvedHost)
        {
            custom["host"] = new JsonObject { ["resolved"] = true };
        }

        if (key.Country || key.Language)
        {
            custom["user"] = new JsonObject { ["geo"] = key.Country, ["lang"] = key.Language };
        }

        if (custom.Count > 0)
        {
            json["custom_key"] = custom;
        }

        return json;
    }

    private static CustomCacheKey ReadCustom(JsonMembers custom, CustomCacheKey key)
    {
        if (custom.TryGetObject("query_string", out var query))
        {
            key = key with { Query = ReadQuery(query, custom) };
            query.RefuseOthers();
        }

        if (custom.TryGetObject("header", out var header))
        {
            key = key with
            {
                Headers = ReadNames(header, "include", lower: true),
                HeaderPresence = ReadNames(header, "check_presence", lower: true),
            };
            if (header.OptionalFlag("exclude_origin") == false)
            {
                header.Report("exclude_origin", "false", "true: the Origin field is in the key when it is named");
            }

            header.RefuseOthers();
        }

        if (custom.TryGetObject("cookie", out var cookie))
        {
            key = key with
            {
                Cookies = ReadNames(cookie, "include", lower: false),
                CookiePresence = ReadNames(cookie, "check_presence", lower: false),
            };
            cookie.RefuseOthers();
        }

        if (custom.TryGetObject("user", out var user))
        {
            key = key with
            {
                DeviceType = user.OptionalFlag("device_type") ?? key.DeviceType,
                Country = user.OptionalFlag("geo") ?? false,
                Language = user.OptionalFlag("lang") ?? false,
            };
            user.RefuseOthers();
        }

        if (custom.TryGetObject("host", out var host))
        {
            key = key with { ResolvedHost = host.OptionalFlag("resolved") ?? false };
            host.RefuseOthers();
        }

        return key;
    }

    private static QueryKey? ReadQuery(JsonMembers query, JsonMembers custom)
    {
        const string allowed = "an object with one of include and exclude, which has list or all";
        var includes = query.TryGetObject("include", out var include);
        var excludes = query.TryGetObject("exclude", out var exclude);
        if (includes == excludes)
        {
            custom.Report("query_string", includes ? "an object with both" : "an object with neither", allowed);
            return null;
        }

        var of = (include ?? exclude)!;
        var all = of.OptionalFlag("all") ?? false;
        var names = ReadNames(of, "list", lower: false);
        of.RefuseOthers();
        if (all != names.IsEmpty)
        {
            query.Report(includes ? "include" : "exclude", "an object with both or neither", "an object with list or all");
        }

        return includes && all ? null : new QueryKey(excludes, names);
    }

    private static ImmutableArray<string> ReadNames(JsonMembers members, string name, bool lower)
    {
        var names = members.OptionalTexts(
            name,
            NamesForm,
            1,
            CustomCacheKey.MostNames,
            text => text.Length is > 0 and <= 200 && text.All(c => c is > ' ' and <= '~')
        );
        return lower ? [.. names.Select(text => text.ToLowerInvariant()).Distinct()] : names;
    }

    private static void Add(JsonObject custom, string name, ImmutableArray<string> include, ImmutableArray<string> presence)
    {
        if (include.IsEmpty && presence.IsEmpty)
        {
            return;
        }

        var json = new JsonObject();
        if (!include.IsEmpty)
        {
            json["include"] = Names(include);
        }

        if (!presence.IsEmpty)
        {
            json["check_presence"] = Names(presence);
        }

        custom[name] = json;
    }

    private static JsonArray Names(ImmutableArray<string> names) => new([.. names.Select(name => (JsonNode)name)]);
}
