using Holdfast.Edge.Bots;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Rules;

namespace Holdfast.Edge.Reporting;

/// <summary>Writes an access log record as one line of JSON with Logpush's field names.</summary>
internal static class AccessLogFormat
{
    /// <summary>
    /// Room that every record fits in: the nine texts that visitors, origins and owners choose at their longest, each byte escaped to six, and
    /// 32 KiB for all else, which the edge chooses itself.
    /// </summary>
    public const int MaxLineBytes = (9 * JsonLineWriter.MaxTextBytes * 6) + (36 * 1024);

    // Some 4 KB of the room for what the edge chooses itself.
    private const int MostKillSwitches = 100;

    // Likewise.
    private const int MostBotFeatures = 50;

    /// <summary>Writes the line with its line feed.</summary>
    /// <param name="line">Where to; less than <see cref="MaxLineBytes"/> may be too little.</param>
    /// <param name="entry">The record.</param>
    /// <param name="node">The member <c>Node</c>, ready made: <c>,"Node":"edge-1"</c>.</param>
    /// <returns>The line's length, or 0 when it does not fit.</returns>
    public static int Write(Span<byte> line, in AccessLogEntry entry, ReadOnlySpan<byte> node)
    {
        var json = new JsonLineWriter(line);
        json.Text("{\"RayID\":\""u8, entry.RayId);
        json.Timestamp(",\"EdgeStartTimestamp\":\""u8, entry.EdgeStart);
        json.Timestamp(",\"EdgeEndTimestamp\":\""u8, entry.EdgeEnd);
        WriteClient(ref json, entry);
        WriteEdge(ref json, entry);
        WriteOrigin(ref json, entry);
        json.Text(",\"ZoneName\":\""u8, entry.ZoneName);
        json.Text(",\"ZoneID\":\""u8, entry.ZoneId);
        json.Number(",\"Generation\":"u8, entry.Generation);
        if (entry.IsCandidate)
        {
            json.Raw(",\"Side\":\"candidate\""u8);
        }

        json.Number(",\"ConnectionRequests\":"u8, entry.ConnectionRequests);
        json.Raw(node);
        WriteSecurity(ref json, entry.SecurityRules);
        WriteBots(ref json, entry.Bots);
        WriteModules(ref json, ",\"ModulesFailed\":["u8, entry.Guarded.Faulted);
        WriteModules(ref json, ",\"ModulesResting\":["u8, entry.Guarded.Skipped);
        WriteKillSwitches(ref json, entry.KillSwitches);
        WriteFault(ref json, entry);
        if (!entry.TraceParent.IsEmpty)
        {
            json.Text(",\"TraceParent\":\""u8, entry.TraceParent);
        }

        if (json.Truncated)
        {
            json.Raw(",\"Truncated\":true"u8);
        }

        json.Raw("}\n"u8);
        return json.Overflowed ? 0 : json.Length;
    }

    private static void WriteClient(ref JsonLineWriter json, in AccessLogEntry entry)
    {
        json.Text(",\"ClientIP\":\""u8, entry.ClientIp);
        json.Number(",\"ClientSrcPort\":"u8, entry.ClientSourcePort);
        json.Text(",\"ClientCountry\":\""u8, entry.ClientCountry);
        json.Text(",\"ClientRequestMethod\":\""u8, entry.Method);
        json.Text(",\"ClientRequestScheme\":\""u8, entry.Scheme);
        json.Text(",\"ClientRequestHost\":\""u8, entry.Host);
        json.Text(",\"ClientRequestPath\":\""u8, entry.Path);
        json.Text(",\"ClientRequestURI\":\""u8, entry.Uri);
        json.Text(",\"ClientRequestProtocol\":\""u8, entry.Protocol);
        json.Text(",\"ClientRequestReferer\":\""u8, entry.Referer);
        json.Text(",\"ClientRequestUserAgent\":\""u8, entry.UserAgent);
        json.Number(",\"ClientRequestBytes\":"u8, entry.RequestBytes);
        json.Text(",\"ClientSSLProtocol\":\""u8, entry.TlsProtocol.IsEmpty ? "none"u8 : entry.TlsProtocol);
        json.Text(",\"ClientSSLCipher\":\""u8, entry.TlsCipher.IsEmpty ? "NONE"u8 : entry.TlsCipher);
        json.Text(",\"JA4\":\""u8, entry.Ja4);
    }

    private static void WriteEdge(ref JsonLineWriter json, in AccessLogEntry entry)
    {
        json.Number(",\"EdgeResponseStatus\":"u8, entry.Status);
        json.Number(",\"EdgeResponseBytes\":"u8, entry.ResponseBytes);
        json.Number(",\"EdgeResponseBodyBytes\":"u8, entry.ResponseBodyBytes);
        json.Text(",\"EdgeResponseContentType\":\""u8, entry.ResponseContentType);
        json.Milliseconds(",\"EdgeTimeToFirstByteMs\":"u8, entry.TimeToFirstByte);
        json.Text(",\"EdgeServerIP\":\""u8, entry.EdgeServerIp);
        json.Text(",\"CacheCacheStatus\":\""u8, entry.CacheStatus.IsEmpty ? "unknown"u8 : entry.CacheStatus);
        if (!entry.CacheReason.IsEmpty)
        {
            json.Text(",\"CacheReason\":\""u8, entry.CacheReason);
        }

        if (entry.Collapsed)
        {
            json.Raw(",\"CacheCollapsed\":true"u8);
        }

        if (entry.Tiered)
        {
            json.Raw(",\"CacheTieredFill\":true"u8);
        }

        if (!entry.LowerEdge.IsEmpty)
        {
            json.Text(",\"LowerEdge\":\""u8, entry.LowerEdge);
        }
    }

    private static void WriteOrigin(ref JsonLineWriter json, in AccessLogEntry entry)
    {
        json.Text(",\"OriginIP\":\""u8, entry.OriginIp);
        json.Number(",\"OriginResponseStatus\":"u8, entry.OriginStatus);
        json.Milliseconds(",\"OriginResponseDurationMs\":"u8, entry.OriginDuration);
        if (entry.OriginQueue > TimeSpan.Zero)
        {
            json.Milliseconds(",\"OriginQueueDurationMs\":"u8, entry.OriginQueue);
        }

        json.Milliseconds(",\"OriginDNSResponseTimeMs\":"u8, entry.OriginDns);
        json.Milliseconds(",\"OriginTCPHandshakeDurationMs\":"u8, entry.OriginTcpHandshake);
        json.Milliseconds(",\"OriginTLSHandshakeDurationMs\":"u8, entry.OriginTlsHandshake);
        json.Milliseconds(",\"OriginResponseHeaderReceiveDurationMs\":"u8, entry.OriginHeaderReceive);
    }

    private static void WriteBots(ref JsonLineWriter json, BotScore? score)
    {
        if (score?.By is not { } features)
        {
            return;
        }

        json.Number(",\"BotScore\":"u8, score.Value);
        json.Raw(",\"BotFeatures\":["u8);
        var held = score.Held;
        for (var i = 0; i < Math.Min(held.Length, MostBotFeatures); i++)
        {
            json.Text(i == 0 ? "\""u8 : ",\""u8, features.Names[held[i]]);
        }

        json.Raw("]"u8);
    }

    // The last of the rules decided; the others had only something to say.
    private static void WriteSecurity(ref JsonLineWriter json, ReadOnlySpan<RuleRuntime> rules)
    {
        if (rules.IsEmpty)
        {
            return;
        }

        json.Text(",\"SecurityAction\":\""u8, rules[^1].ActionText);
        json.Text(",\"SecurityRuleDescription\":\""u8, rules[^1].DescriptionText);
        json.Text(",\"SecurityRuleID\":\""u8, rules[^1].IdText);
        json.Raw(",\"SecurityActions\":["u8);
        for (var i = 0; i < rules.Length; i++)
        {
            json.Text(i == 0 ? "\""u8 : ",\""u8, rules[i].ActionText);
        }

        json.Raw("],\"SecurityRuleIDs\":["u8);
        for (var i = 0; i < rules.Length; i++)
        {
            json.Text(i == 0 ? "\""u8 : ",\""u8, rules[i].IdText);
        }

        json.Raw("],\"SecuritySources\":["u8);
        for (var i = 0; i < rules.Length; i++)
        {
            json.Text(i == 0 ? "\""u8 : ",\""u8, rules[i].Effect.Source);
        }

        json.Raw("]"u8);
    }

    private static void WriteKillSwitches(ref JsonLineWriter json, ReadOnlySpan<byte[]> ids)
    {
        if (ids.IsEmpty)
        {
            return;
        }

        // More would not fit into a record; all of them are in the edge's state.
        json.Raw(",\"KillSwitches\":["u8);
        for (var i = 0; i < Math.Min(ids.Length, MostKillSwitches); i++)
        {
            json.Text(i == 0 ? "\""u8 : ",\""u8, ids[i]);
        }

        json.Raw("]"u8);
    }

    private static void WriteModules(ref JsonLineWriter json, ReadOnlySpan<byte> name, uint modules)
    {
        if (modules == 0)
        {
            return;
        }

        json.Raw(name);
        var isFirst = true;
        foreach (var module in EdgeModules.All)
        {
            if ((modules & module.Bit) != 0)
            {
                json.Text(isFirst ? "\""u8 : ",\""u8, module.Text);
                isFirst = false;
            }
        }

        json.Raw("]"u8);
    }

    private static void WriteFault(ref JsonLineWriter json, in AccessLogEntry entry)
    {
        if (entry.Error != EdgeError.None)
        {
            var info = EdgeErrorCatalog.Get(entry.Error);
            json.Number(",\"ErrorCode\":"u8, info.Code);
            json.Raw(
                info.Blame switch
                {
                    Blame.Visitor => ",\"Blame\":\"visitor\""u8,
                    Blame.Edge => ",\"Blame\":\"edge\""u8,
                    _ => ",\"Blame\":\"origin\""u8,
                }
            );
        }

        if (!entry.RefusedReason.IsEmpty)
        {
            json.Text(",\"RefusedReason\":\""u8, entry.RefusedReason);
        }

        if (!entry.RefusedDetail.IsEmpty)
        {
            json.Text(",\"RefusedDetail\":\""u8, entry.RefusedDetail);
        }
    }
}
