using System.Text.Json.Nodes;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Releases.Canonical;

namespace Holdfast.Artifacts.Tests;

/// <summary>Actions of phases beyond the firewall's, in the form that the API and releases have them.</summary>
public sealed class RuleActionTests
{
    private const string Redirects = "http_request_dynamic_redirect";
    private const string Errors = "http_custom_errors";
    private const string Routes = "http_request_origin";
    private const string Uris = "http_request_transform";
    private const string RequestFields = "http_request_late_transform";
    private const string ResponseFields = "http_response_headers_transform";
    private const string Configuration = "http_config_settings";
    private const string Compression = "http_response_compression";
    private const string Caching = "http_request_cache_settings";

    [Theory]
    [InlineData(
        Redirects,
        "redirect",
        """{"from_value":{"preserve_query_string":true,"status_code":302,"target_url":{"value":"https://example.org/"}}}"""
    )]
    [InlineData(
        Redirects,
        "redirect",
        """{"from_value":{"preserve_query_string":false,"status_code":301,"target_url":{"expression":"concat(\"/x\", http.request.uri.path)"}}}"""
    )]
    [InlineData(
        Routes,
        "route",
        """{"host_header":"a.example:8080","origin":{"host":"b.example","port":8443},"sni":{"value":"c.example"}}"""
    )]
    [InlineData(Routes, "route", """{"origin":{"port":8443}}""")]
    [InlineData(Errors, "serve_error", """{"content":"<p>Sorry","content_type":"text/html","status_code":503}""")]
    [InlineData(Errors, "serve_error", """{"content":"{}","content_type":"application/json"}""")]
    [InlineData(Uris, "rewrite", """{"uri":{"path":{"value":"/new"},"query":{"value":""}}}""")]
    [InlineData(Uris, "rewrite", """{"uri":{"path":{"expression":"lower(http.request.uri.path)"}}}""")]
    [InlineData(RequestFields, "rewrite", """{"headers":{"X-A":{"operation":"set","value":"a b"},"X-B":{"operation":"remove"}}}""")]
    [InlineData(
        ResponseFields,
        "rewrite",
        """{"headers":{"Set-Cookie":{"operation":"add","value":"a=b"},"X-C":{"expression":"cf.ray_id","operation":"set"}}}"""
    )]
    [InlineData(
        "http_request_firewall_custom",
        "skip",
        """{"phases":["http_ratelimit"],"rules":{"0123456789abcdef0123456789abcdef":["00000000000000000000000000000001","00000000000000000000000000000002"]},"rulesets":["fedcba9876543210fedcba9876543211"]}"""
    )]
    [InlineData(
        Configuration,
        "set_config",
        """{"origin_max_http_version":"2","proxy_read_timeout":6000,"server_timing":true,"ssl":"flexible","true_client_ip_header":false,"websockets":false}"""
    )]
    [InlineData(Configuration, "set_config", """{"ssl":"full"}""")]
    [InlineData(Compression, "compress_response", """{"algorithms":[{"name":"zstd"},{"name":"brotli"},{"name":"gzip"},{"name":"auto"}]}""")]
    [InlineData(Compression, "compress_response", """{"algorithms":[{"name":"gzip"},{"name":"default"}]}""")]
    [InlineData(Compression, "compress_response", """{"algorithms":[{"name":"none"}]}""")]
    [InlineData(Caching, "set_cache_settings", """{"cache":false}""")]
    [InlineData(Caching, "set_cache_settings", """{"browser_ttl":{"mode":"bypass"},"serve_stale":{"disable_stale_while_updating":true}}""")]
    [InlineData(
        Caching,
        "set_cache_settings",
        """{"cache":true,"edge_ttl":{"default":60,"mode":"override_origin","status_code_ttl":[{"status_code":404,"value":-1},{"status_code_range":{"from":500,"to":999},"value":0}]}}"""
    )]
    [InlineData(
        Caching,
        "set_cache_settings",
        """{"cache_key":{"cache_by_device_type":true,"custom_key":{"cookie":{"check_presence":["c"],"include":["s"]},"header":{"include":["x-a"]},"query_string":{"exclude":{"list":["utm"]}},"user":{"geo":true,"lang":false}},"ignore_query_strings_order":true}}"""
    )]
    [InlineData(Caching, "set_cache_settings", """{"cache_key":{"custom_key":{"query_string":{"exclude":{"all":true}}}}}""")]
    [InlineData(Caching, "set_cache_settings", """{"cache_key":{"custom_key":{"host":{"resolved":true}}}}""")]
    [InlineData(Caching, "set_cache_settings", """{"cache_key":{"cache_deception_armor":true},"respect_strong_etags":true}""")]
    [InlineData(Caching, "set_cache_settings", """{"additional_cacheable_ports":[8443,8080],"cache":true}""")]
    [InlineData(Caching, "set_cache_settings", """{"origin_cache_control":true,"origin_error_page_passthru":true}""")]
    public void Action_Written_IsWhatWasRead(string phase, string action, string parameters)
    {
        var json = Zone(phase, action, parameters);

        var read = ZoneArtifact.TryParse(1, CanonicalJson.Write(json), out var zone, out var problems);

        Assert.True(read, string.Join("; ", problems));
        var written = JsonNode.Parse(ZoneArtifact.Write(zone!))!["rulesets"]![0]!["rules"]![0]!["action_parameters"]!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(parameters), written), written.ToJsonString());
    }

    [Theory]
    [InlineData(Redirects, "redirect", """{}""", "", "from_value")]
    [InlineData(Redirects, "redirect", """{"from_list":{"name":"x"}}""", "", "from_value")]
    [InlineData(
        Redirects,
        "redirect",
        """{"from_value":{"target_url":{"value":"javascript:alert(1)"}}}""",
        "/from_value/target_url/value",
        "http"
    )]
    [InlineData(
        Redirects,
        "redirect",
        """{"from_value":{"target_url":{"value":"//evil.example/"}}}""",
        "/from_value/target_url/value",
        "http"
    )]
    [InlineData(Redirects, "redirect", """{"from_value":{"target_url":{"value":"ftp://x/"}}}""", "/from_value/target_url/value", "http")]
    [InlineData(
        Redirects,
        "redirect",
        """{"from_value":{"target_url":{"value":"/","expression":"\"/\""}}}""",
        "/from_value/target_url",
        "both"
    )]
    [InlineData(
        Redirects,
        "redirect",
        """{"from_value":{"target_url":{"value":"/"},"status_code":200}}""",
        "/from_value/status_code",
        "301"
    )]
    [InlineData(
        Redirects,
        "redirect",
        """{"from_value":{"target_url":{"expression":"http.request.body.raw"}}}""",
        "/from_value/target_url/expression",
        "line 1"
    )]
    [InlineData(Redirects, "block", "null", null, "redirect in http_request_dynamic_redirect")]
    [InlineData(Errors, "serve_error", """{"asset_name":"x"}""", "/asset_name", "no assets yet")]
    [InlineData(Errors, "serve_error", """{"content":"x","status_code":200}""", "/status_code", "400")]
    [InlineData(Errors, "serve_error", """{"content":"x","content_type":"image/png"}""", "/content_type", "text/html")]
    [InlineData(Caching, "set_cache_settings", """{"additional_cacheable_ports":[0]}""", "/additional_cacheable_ports", "65535")]
    [InlineData(Caching, "set_cache_settings", """{"additional_cacheable_ports":[]}""", "/additional_cacheable_ports", "1 to 50")]
    [InlineData(Caching, "set_cache_settings", """{"origin_cache_control":false}""", "/origin_cache_control", "RFC 9111")]
    [InlineData(Caching, "set_cache_settings", """{"origin_error_page_passthru":false}""", "/origin_error_page_passthru", "always pass")]
    [InlineData(Routes, "route", """{"origin":{}}""", "", "says nothing")]
    [InlineData(Routes, "route", """{"origin":{"host":"192.0.2.1"}}""", "/origin/host", "host name")]
    [InlineData(Routes, "route", """{"origin":{"port":0}}""", "/origin/port", "1 to 65535")]
    [InlineData(Routes, "route", """{"host_header":"A.example"}""", "/host_header", "lower case")]
    [InlineData(Uris, "rewrite", """{"uri":{}}""", "/uri", "path, query")]
    [InlineData(Uris, "rewrite", """{"uri":{"path":{"value":"new"}}}""", "/uri/path/value", "begins with /")]
    [InlineData(Uris, "rewrite", """{"uri":{"path":{"value":"/a?b"}}}""", "/uri/path/value", "without a query")]
    [InlineData(Uris, "rewrite", """{"headers":{"X-A":{"operation":"remove"}}}""", "", "uri")]
    [InlineData(RequestFields, "rewrite", """{"headers":{"Host":{"operation":"remove"}}}""", "/headers/Host", "frames or routes")]
    [InlineData(RequestFields, "rewrite", """{"headers":{"CF-Ray":{"operation":"remove"}}}""", "/headers/CF-Ray", "edge's own")]
    [InlineData(
        RequestFields,
        "rewrite",
        """{"headers":{"X-Forwarded-For":{"operation":"remove"}}}""",
        "/headers/X-Forwarded-For",
        "edge sets"
    )]
    [InlineData(RequestFields, "rewrite", """{"headers":{"a b":{"operation":"remove"}}}""", "/headers/a b", "no field name")]
    [InlineData(RequestFields, "rewrite", """{"headers":{"X-A":{"operation":"set"}}}""", "/headers/X-A", "neither")]
    [InlineData(
        RequestFields,
        "rewrite",
        """{"headers":{"X-A":{"operation":"put","value":"x"}}}""",
        "/headers/X-A/operation",
        "set, add or remove"
    )]
    [InlineData(ResponseFields, "rewrite", """{"headers":{"X-A":{"operation":"set","value":"a\nb"}}}""", "/headers/X-A/value", "visible")]
    [InlineData(Configuration, "set_config", """{}""", "", "says nothing")]
    [InlineData(Configuration, "set_config", "null", "", "proxy_read_timeout")]
    [InlineData(Configuration, "set_config", """{"ssl":"off"}""", "/ssl", "before rules are asked")]
    [InlineData(Configuration, "set_config", """{"ssl":"origin_pull"}""", "/ssl", "no edge does")]
    [InlineData(Configuration, "set_config", """{"ssl":"Full"}""", "/ssl", "flexible, full, strict")]
    [InlineData(Configuration, "set_config", """{"rocket_loader":true}""", "/rocket_loader", "no edge does it")]
    [InlineData(Configuration, "set_config", """{"autominify":{"css":true}}""", "/autominify", "no edge does it")]
    [InlineData(Configuration, "set_config", """{"security_level":"high"}""", "/security_level", "no challenges yet")]
    [InlineData(Configuration, "set_config", """{"proxy_read_timeout":0}""", "/proxy_read_timeout", "1 to 6000")]
    [InlineData(Configuration, "set_config", """{"origin_max_http_version":2}""", "/origin_max_http_version", "\"2\"")]
    [InlineData(Configuration, "set_config", """{"server_timing":"on"}""", "/server_timing", "true or false")]
    [InlineData(Configuration, "set_config", """{"sll":"full"}""", "/sll", "ssl, origin_max_http_version")]
    [InlineData(Configuration, "route", """{"origin":{"port":1}}""", null, "set_config in http_config_settings")]
    [InlineData(Compression, "compress_response", """{}""", "/algorithms", "missing")]
    [InlineData(Compression, "compress_response", """{"algorithms":[]}""", "/algorithms", "1 to 6")]
    [InlineData(Compression, "compress_response", """{"algorithms":["gzip"]}""", "/algorithms/0", "an object")]
    [InlineData(
        Compression,
        "compress_response",
        """{"algorithms":[{"name":"br"}]}""",
        "/algorithms/0/name",
        "none, auto, default, gzip, brotli, zstd"
    )]
    [InlineData(
        Compression,
        "compress_response",
        """{"algorithms":[{"name":"gzip"},{"name":"none"}]}""",
        "/algorithms/1/name",
        "'none' beside others"
    )]
    [InlineData(
        Compression,
        "compress_response",
        """{"algorithms":[{"name":"auto"},{"name":"gzip"}]}""",
        "/algorithms/1/name",
        "behind 'auto'"
    )]
    [InlineData(
        Compression,
        "compress_response",
        """{"algorithms":[{"name":"gzip"},{"name":"gzip"}]}""",
        "/algorithms/1/name",
        "once more"
    )]
    [InlineData(Compression, "compress_response", """{"algorithms":[{"name":"gzip","level":9}]}""", "/algorithms/0/level", "unknown")]
    [InlineData("http_request_firewall_custom", "score", """{"increment":5}""", null, "managed rulesets alone")]
    [InlineData(Caching, "set_cache_settings", """{}""", "", "says nothing")]
    [InlineData(Caching, "set_cache_settings", """{"cache_reserve":{"eligible":true}}""", "/cache_reserve", "there is no cache reserve")]
    [InlineData(Caching, "set_cache_settings", """{"edge_ttl":{"mode":"override_origin"}}""", "/edge_ttl/default", "missing")]
    [InlineData(Caching, "set_cache_settings", """{"edge_ttl":{"mode":"bypass"}}""", "/edge_ttl/mode", "override_origin")]
    [InlineData(
        Caching,
        "set_cache_settings",
        """{"edge_ttl":{"mode":"respect_origin","status_code_ttl":[{"value":1}]}}""",
        "/edge_ttl/status_code_ttl/0/status_code",
        "missing"
    )]
    [InlineData(
        Caching,
        "set_cache_settings",
        """{"cache_key":{"custom_key":{"host":{"resolved":1}}}}""",
        "/cache_key/custom_key/host/resolved",
        "true or false"
    )]
    [InlineData(
        Caching,
        "set_cache_settings",
        """{"cache_key":{"custom_key":{"query_string":{}}}}""",
        "/cache_key/custom_key/query_string",
        "neither"
    )]
    public void Action_WithSomethingWrong_IsRefusedWithThePlace(
        string phase,
        string action,
        string parameters,
        string? pointer,
        string said
    )
    {
        var json = Zone(phase, action, parameters);

        Assert.False(ZoneArtifact.TryParse(1, CanonicalJson.Write(json), out _, out var problems));

        var place = "/rulesets/0/rules/0/" + (pointer is null ? "action" : "action_parameters" + pointer);
        var found = problems.Where(problem => problem.Pointer == place).ToList();
        Assert.True(found.Count > 0, string.Join("; ", problems));
        Assert.Contains(said, string.Join("; ", found), StringComparison.Ordinal);
    }

    /// <summary>A zone with one rule.</summary>
    internal static JsonNode Zone(string phase, string action, string parameters)
    {
        var zone = new ZoneConfig
        {
            Id = "0123456789abcdef0123456789abcdef",
            Name = "example.com",
            Rulesets =
            [
                new RulesetConfig
                {
                    Id = "fedcba9876543210fedcba9876543210",
                    Name = "default",
                    Phase = "http_request_firewall_custom",
                    Version = 1,
                    LastUpdated = DateTimeOffset.UnixEpoch,
                    Rules =
                    [
                        new RuleConfig
                        {
                            Id = "00000000000000000000000000000001",
                            Ref = "one",
                            Version = 1,
                            LastUpdated = DateTimeOffset.UnixEpoch,
                            Expression = "true",
                            Action = new LogAction(),
                        },
                    ],
                },
            ],
        };
        var json = JsonNode.Parse(ZoneArtifact.Write(zone))!;
        json["rulesets"]![0]!["phase"] = phase;
        var rule = json["rulesets"]![0]!["rules"]![0]!;
        rule["action"] = action;
        rule["action_parameters"] = JsonNode.Parse(parameters);
        return json;
    }
}
