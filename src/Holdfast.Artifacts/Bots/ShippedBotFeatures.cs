using System.Collections.Immutable;
using Holdfast.Model.Bots;

namespace Holdfast.Artifacts.Bots;

/// <summary>
/// The features that ship: what clients say of themselves, and whether the rest of the request bears it out. Nothing here speaks for a person strongly
/// enough to give a score above 50 by itself, because a program that sends what a browser sends cannot be told from one: such a request's score is
/// unknown.
/// </summary>
public static class ShippedBotFeatures
{
    /// <summary>How far from 50 a request must come.</summary>
    public const int LeastEvidence = 20;

    // Browsers of the Chromium family, and those that call themselves so.
    private const string SaysChromium = "http.user_agent contains \"Chrome/\"";
    private const string SaysFirefox = "(http.user_agent contains \"Firefox/\" and http.user_agent contains \"Gecko/\")";
    private const string SaysBrowser = "starts_with(http.user_agent, \"Mozilla/5.0 (\")";

    /// <summary>The features.</summary>
    public static ImmutableArray<BotFeature> All { get; } =
    [
        // What a client calls itself.
        new("ua_missing", "http.user_agent eq \"\"", -40),
        new("ua_command_line", "lower(http.user_agent) matches \"^(curl|wget|httpie|aria2|lynx|w3m|links|xh)[/ ]\"", -45),
        new(
            "ua_library",
            "lower(http.user_agent) matches \"python|aiohttp|httpx|go-http-client|okhttp|java/|java-http-client|apache-httpclient|axios|node-fetch|undici|^node$|libwww|lwp::|ruby|guzzle|php/|dart/|reqwest|hyper/|dotnet|\\.net clr|restsharp|postman|insomnia|k6/|vegeta|wrk|apachebench\"",
            -45
        ),
        new("ua_headless", "lower(http.user_agent) matches \"headless|phantomjs|puppeteer|playwright|selenium|slimerjs\"", -48),
        new("ua_declared_bot", "lower(http.user_agent) matches \"bot\\b|crawl|spider|slurp|archiver|\\+https?://\"", -45),
        new("ua_of_no_browser", $"http.user_agent ne \"\" and not {SaysBrowser}", -15),
        new("ua_short", "len(http.user_agent) gt 0 and len(http.user_agent) lt 20", -10),
        // Fields that every browser sends.
        new("no_accept", "not any(http.request.headers[\"accept\"][*] ne \"\")", -15),
        new("no_accept_encoding", "not any(http.request.headers[\"accept-encoding\"][*] ne \"\")", -10),
        new("no_accept_language", "not any(http.request.headers[\"accept-language\"][*] ne \"\")", -10),
        new("browser_without_language", $"{SaysBrowser} and not any(http.request.headers[\"accept-language\"][*] ne \"\")", -10),
        new("http_1_0", "http.request.version eq \"HTTP/1.0\"", -20),
        // Whether the rest of the request is that of the browser that it says it is.
        new("chromium_without_hints", $"{SaysChromium} and ssl and not any(http.request.headers[\"sec-ch-ua\"][*] ne \"\")", -20),
        new(
            "chromium_without_fetch_metadata",
            $"{SaysChromium} and ssl and not any(http.request.headers[\"sec-fetch-mode\"][*] ne \"\")",
            -20
        ),
        new(
            "firefox_without_fetch_metadata",
            $"{SaysFirefox} and ssl and not any(http.request.headers[\"sec-fetch-mode\"][*] ne \"\")",
            -20
        ),
        new("firefox_with_hints", $"{SaysFirefox} and len(http.request.headers[\"sec-ch-ua\"]) gt 0", -30),
        new("hints_headless", "any(http.request.headers[\"sec-ch-ua\"][*] contains \"HeadlessChrome\")", -48),
        new(
            "hints_of_another_version",
            $"{SaysChromium} and any(http.request.headers[\"sec-ch-ua\"][*] contains \"Chrom\") and not any(http.request.headers[\"sec-ch-ua\"][*] matches \"Chrom(e|ium)\\\";v=\\\"1\")",
            -20
        ),
        new(
            "browser_with_tls_of_another",
            $"{SaysBrowser} and cf.bot_management.ja4 ne \"\" and not cf.bot_management.ja4 matches \"^[tq]13d(1[4-9]|2[0-9])\"",
            -30
        ),
        new("browser_without_h2", $"{SaysBrowser} and cf.bot_management.ja4 matches \"^t[0-9a-z]{{7}}(00|h1)\"", -20),
        // The order in which browsers send their fields.
        new(
            "chromium_in_another_order",
            $"{SaysChromium} and join(lower(http.request.headers.names[*]), \",\") matches \"accept-(encoding|language),.*user-agent\"",
            -20
        ),
        // What browsers do; not enough for a score, and it outweighs a little of the above.
        new(
            "fetch_metadata",
            $"{SaysBrowser} and len(http.request.headers[\"sec-fetch-mode\"]) gt 0 and len(http.request.headers[\"accept-language\"]) gt 0",
            10
        ),
        new("browser_tls", $"{SaysBrowser} and cf.bot_management.ja4 matches \"^[tq]13d1[4-9][0-9]{{2}}h[23]\"", 9),
    ];

    /// <summary>The file that they make.</summary>
    public static BotFeaturesConfig File { get; } =
        new()
        {
            Features = All,
            LeastEvidence = LeastEvidence,
            Rows = All.Length,
        };
}
