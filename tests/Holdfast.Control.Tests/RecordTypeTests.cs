using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests;

/// <summary>What each type of record takes and what it makes of it; the shapes are those of the npm client's types.</summary>
public sealed class RecordTypeTests
{
    private static readonly string Sha1 = new('a', 40);
    private static readonly string Sha256 = new('B', 64);

    public static TheoryData<string, string, string, string?> Good { get; } =
        new()
        {
            // type, members, canonical content, data
            { "A", """ "content":"192.0.2.1" """, "192.0.2.1", null },
            { "AAAA", """ "content":"2001:DB8:0:0::1" """, "2001:db8::1", null },
            { "CNAME", """ "content":"Bücher.Example." """, "xn--bcher-kva.example", null },
            { "MX", """ "content":"Mail.example.net","priority":10 """, "mail.example.net", null },
            { "MX", """ "content":"10 mail.example.net" """, "mail.example.net", null },
            { "MX", """ "content":".","priority":0 """, ".", null },
            { "TXT", """ "content":"v=spf1 -all" """, "\"v=spf1 -all\"", null },
            { "TXT", """ "content":"\"a\" \"b\\\"c\"" """, "\"a\" \"b\\\"c\"", null },
            { "TXT", """ "content":"é" """, "\"\\195\\169\"", null },
            { "NS", """ "content":"ns1.example.net" """, "ns1.example.net", null },
            { "PTR", """ "content":"host.example.net" """, "host.example.net", null },
            {
                "SRV",
                """ "data":{"priority":1,"weight":5,"port":5060,"target":"sip.example.net"} """,
                "5 5060 sip.example.net",
                """{"weight":5,"port":5060,"target":"sip.example.net","priority":1}"""
            },
            {
                "SRV",
                """ "content":"1 5 5060 sip.example.net" """,
                "5 5060 sip.example.net",
                """{"weight":5,"port":5060,"target":"sip.example.net","priority":1}"""
            },
            {
                "CAA",
                """ "data":{"flags":0,"tag":"issue","value":"ca.example; policy=ev"} """,
                "0 issue \"ca.example; policy=ev\"",
                """{"flags":0,"tag":"issue","value":"ca.example; policy=ev"}"""
            },
            { "CAA", """ "content":"128 iodef mailto:a@example.com" """, "128 iodef \"mailto:a@example.com\"", null },
            {
                "HTTPS",
                """ "data":{"priority":1,"target":".","value":"port=443 alpn=\"h3,h2\" ipv4hint=192.0.2.1"} """,
                "1 . alpn=\"h3,h2\" port=\"443\" ipv4hint=\"192.0.2.1\"",
                """{"priority":1,"target":".","value":"alpn=\"h3,h2\" port=\"443\" ipv4hint=\"192.0.2.1\""}"""
            },
            {
                "HTTPS",
                """ "content":"0 svc.example.net" """,
                "0 svc.example.net",
                """{"priority":0,"target":"svc.example.net","value":""}"""
            },
            {
                "SVCB",
                """ "content":"1 svc.example.net mandatory=alpn alpn=h2 key667=x" """,
                "1 svc.example.net mandatory=\"alpn\" alpn=\"h2\" key667=\"x\"",
                null
            },
            {
                "DS",
                $$""" "data":{"key_tag":2371,"algorithm":13,"digest_type":2,"digest":"{{Sha256}}"} """,
                $"2371 13 2 {Sha256.ToLowerInvariant()}",
                $$"""{"key_tag":2371,"algorithm":13,"digest_type":2,"digest":"{{Sha256.ToLowerInvariant()}}"}"""
            },
            {
                "DNSKEY",
                """ "content":"257 3 ECDSAP256SHA256 AQID BAUG" """,
                "257 3 13 AQIDBAUG",
                """{"flags":257,"protocol":3,"algorithm":13,"public_key":"AQIDBAUG"}"""
            },
            {
                "TLSA",
                $$""" "data":{"usage":3,"selector":1,"matching_type":1,"certificate":"{{Sha256}}"} """,
                $"3 1 1 {Sha256.ToLowerInvariant()}",
                null
            },
            {
                "SMIMEA",
                """ "content":"3 0 0 ABCD" """,
                "3 0 0 abcd",
                """{"usage":3,"selector":0,"matching_type":0,"certificate":"abcd"}"""
            },
            { "SSHFP", $$""" "content":"4 1 {{Sha1}}" """, $"4 1 {Sha1}", $$"""{"algorithm":4,"type":1,"fingerprint":"{{Sha1}}"}""" },
            {
                "NAPTR",
                """ "data":{"order":100,"preference":10,"flags":"U","service":"E2U+sip","regex":"!^.*$!sip:a@example.com!","replacement":"."} """,
                "100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:a@example.com!\" .",
                """{"order":100,"preference":10,"flags":"U","service":"E2U+sip","regex":"!^.*$!sip:a@example.com!","replacement":"."}"""
            },
            {
                "LOC",
                """ "data":{"lat_degrees":51,"lat_minutes":30,"lat_seconds":12.24,"lat_direction":"N","long_degrees":0,"long_minutes":7,"long_seconds":39.6,"long_direction":"W","altitude":10,"size":1,"precision_horz":10000,"precision_vert":10} """,
                "51 30 12.240 N 0 7 39.600 W 10.00m 1.00m 10000.00m 10.00m",
                null
            },
            {
                "LOC",
                """ "content":"42 21 54 N 71 06 18 W -24m 30m" """,
                "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m",
                null
            },
            {
                "URI",
                """ "data":{"weight":1,"target":"https://example.com/a?b=\"c\""},"priority":10 """,
                "1 \"https://example.com/a?b=\\\"c\\\"\"",
                """{"weight":1,"target":"https://example.com/a?b=\"c\""}"""
            },
            {
                "CERT",
                """ "content":"PKIX 65535 RSASHA256 AQID" """,
                "1 65535 8 AQID",
                """{"type":1,"key_tag":65535,"algorithm":8,"certificate":"AQID"}"""
            },
            { "OPENPGPKEY", """ "content":"AQID" """, "AQID", null },
        };

    public static TheoryData<string, string, int, string> Bad { get; } =
        new()
        {
            // type, members, code, pointer
            { "A", """ "content":"192.0.2.256" """, 9005, "/content" },
            { "A", """ "content":"192.0.2" """, 9005, "/content" },
            { "A", """ "content":"0xC0.0.2.1" """, 9005, "/content" },
            { "A", """ "content":"2001:db8::1" """, 9005, "/content" },
            { "A", """ "content":"" """, 9005, "/content" },
            { "A", """ "content":7 """, 40000, "/content" },
            { "A", """ "proxied":true """, 1004, "/content" },
            { "A", """ "content":"0.0.0.0","proxied":true """, 9003, "/content" },
            { "A", """ "content":"224.0.0.1","proxied":true """, 9003, "/content" },
            { "A", """ "content":"192.0.2.1","ttl":29 """, 9021, "/ttl" },
            { "A", """ "content":"192.0.2.1","ttl":0 """, 9021, "/ttl" },
            { "A", """ "content":"192.0.2.1","ttl":86401 """, 9021, "/ttl" },
            { "A", """ "content":"192.0.2.1","ttl":60.5 """, 40000, "/ttl" },
            { "A", """ "content":"192.0.2.1","proxied":"true" """, 40000, "/proxied" },
            { "A", """ "content":"192.0.2.1","comment":"two\nlines" """, 1004, "/comment" },
            { "A", """ "content":"192.0.2.1","tags":"a" """, 40000, "/tags" },
            { "A", """ "content":"192.0.2.1","tags":["a b:c"] """, 1004, "/tags" },
            { "A", """ "content":"192.0.2.1","tags":["cf-x:y"] """, 1004, "/tags" },
            { "A", """ "content":"192.0.2.1","tags":["a:b","a:b"] """, 1004, "/tags" },
            { "A", """ "content":"192.0.2.1","settings":{"flatten_cname":true} """, 1004, "/settings" },
            { "A", """ "content":"192.0.2.1","settings":{"x":true} """, 40000, "/settings/x" },
            { "A", """ "content":"192.0.2.1","data":{} """, 1004, "/data" },
            { "A", """ "content":"192.0.2.1","wight":1 """, 40000, "/wight" },
            { "AAAA", """ "content":"192.0.2.1" """, 9006, "/content" },
            { "AAAA", """ "content":"fe80::1%eth0" """, 9006, "/content" },
            { "CNAME", """ "content":"-bad-" """, 9007, "/content" },
            { "CNAME", """ "content":"r.example.com" """, 9039, "/content" },
            { "MX", """ "content":"mail.example.net" """, 1004, "/priority" },
            { "MX", """ "content":"mail.example.net","priority":65536 """, 40000, "/priority" },
            { "MX", """ "content":"mail.example.net","priority":1,"proxied":true """, 9004, "/proxied" },
            { "MX", """ "content":"a b","priority":1 """, 9009, "/content" },
            { "TXT", """ "content":"\"open" """, 1004, "/content" },
            { "TXT", """ "content":"\"\\300\"" """, 1004, "/content" },
            { "NS", """ "content":"." """, 1004, "/content" },
            { "SRV", """ "data":{"priority":1,"weight":5,"port":65536,"target":"a.example"} """, 1004, "/data/port" },
            { "SRV", """ "data":{"weight":5,"port":1,"target":"a.example"} """, 1004, "/priority" },
            { "SRV", """ "data":{"priority":"1","weight":5,"port":1,"target":"a.example"} """, 1004, "/data/priority" },
            { "SRV", """ "data":[] """, 1004, "/data" },
            { "CAA", """ "data":{"flags":256,"tag":"issue","value":"x"} """, 1004, "/data/flags" },
            { "CAA", """ "data":{"flags":0,"tag":"is sue","value":"x"} """, 1004, "/data/tag" },
            { "CAA", """ "content":"0 issue \"a\"","data":{"flags":0,"tag":"issue","value":"b"} """, 1004, "/data" },
            { "HTTPS", """ "content":"1 . port=x" """, 1004, "/content" },
            { "HTTPS", """ "content":"1 . alpn=h2 alpn=h3" """, 1004, "/content" },
            { "HTTPS", """ "content":"1 . mandatory=port alpn=h2" """, 1004, "/content" },
            { "HTTPS", """ "content":"0 a.example alpn=h2" """, 1004, "/content" },
            { "SVCB", """ "data":{"priority":1,"target":".","value":"key65535=x"} """, 1004, "/data/value" },
            { "DS", """ "content":"1 13 2 abcd" """, 1004, "/content" },
            { "DS", """ "data":{"key_tag":1,"algorithm":13,"digest_type":2,"digest":"abcd"} """, 1004, "/data/digest" },
            { "DNSKEY", """ "content":"257 2 13 AQID" """, 1004, "/content" },
            { "DNSKEY", """ "content":"257 3 13 A" """, 1004, "/content" },
            { "TLSA", """ "content":"4 1 1 ab" """, 1004, "/content" },
            { "SMIMEA", """ "content":"3 0 0 abc" """, 1004, "/content" },
            { "SSHFP", """ "content":"4 2 abcd" """, 1004, "/content" },
            { "NAPTR", """ "content":"1 2 U" """, 1004, "/content" },
            { "LOC", """ "content":"91 N 0 E 0m" """, 1004, "/content" },
            { "LOC", """ "content":"10 60 N 0 E 0m" """, 1004, "/content" },
            {
                "LOC",
                """ "data":{"lat_degrees":1,"lat_direction":"E","long_degrees":1,"long_direction":"E"} """,
                1004,
                "/data/lat_degrees"
            },
            { "URI", """ "content":"1 \"\"","priority":1 """, 1004, "/content" },
            { "CERT", """ "content":"PKIX 1 8" """, 1004, "/content" },
            { "OPENPGPKEY", """ "content":"not base64!" """, 1004, "/content" },
            { "SOA", """ "content":"x" """, 40000, "/type" },
        };

    [Theory]
    [MemberData(nameof(Good))]
    public async Task Record_Good_HasItsCanonicalContent(string type, string members, string content, string? data)
    {
        await using var control = await TestControl.StartAsync();
        var records = $"/client/v4/zones/{await control.AddZoneAsync("example.com")}/dns_records";
        var created = await control.PostAsync(records, $$"""{"name":"r","type":"{{type}}",{{members}}}""");
        Assert.True(created.Status == HttpStatusCode.OK, created.Body.ToJsonString());
        Assert.Equal(content, created.Result["content"]!.GetValue<string>());
        if (data is not null)
        {
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(data), created.Result["data"]), created.Result["data"]?.ToJsonString());
        }

        // What came out goes in again, and changes nothing.
        var again = await control.PutAsync($"{records}/{created.Result["id"]}", created.Result.ToJsonString());
        Assert.True(again.Status == HttpStatusCode.OK, again.Body.ToJsonString());
        Assert.Equal("\"1\"", again.Tag);
        Assert.True(JsonNode.DeepEquals(created.Result, again.Result), again.Result.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Record_Bad_Is400WithCodeAndPointer(string type, string members, int code, string pointer)
    {
        await using var control = await TestControl.StartAsync();
        var records = $"/client/v4/zones/{await control.AddZoneAsync("example.com")}/dns_records";
        var answer = await control.PostAsync(records, $$"""{"name":"r","type":"{{type}}",{{members}}}""");
        Assert.True(answer.Status == HttpStatusCode.BadRequest, answer.Body.ToJsonString());
        Assert.Equal((code, pointer), (answer.Code, answer.Pointer));
        Assert.Empty((await control.GetAsync(records)).Result.AsArray());
    }
}
