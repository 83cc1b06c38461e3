using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Commands;

/// <summary>Records, settings and tokens by name; zones as a file; completion. Beside a running program.</summary>
public sealed class NounCommandTests(SharedHoldfast shared) : SharedTests(shared)
{
    [Fact]
    public async Task Record_AddSetListRemove_IsFoundByItsName()
    {
        const string Zone = "named.example.com";
        (await RunAsync("zone", "add", Zone, "--origin", "http://192.0.2.1")).Succeeded();
        (await RunAsync("record", "add", Zone, "www", "A", "192.0.2.10", "--proxied")).Succeeded();
        (await RunAsync("record", "add", Zone, "@", "TXT", "one")).Succeeded();
        (await RunAsync("record", "add", Zone, "@", "TXT", "two")).Succeeded();
        Assert.Equal(5, (await RunAsync("record", "add", Zone, "www", "A", "192.0.2.10")).ExitCode);
        Assert.Equal(7, (await RunAsync("record", "add", Zone, "www", "A", "nonsense")).ExitCode);

        (await RunAsync("record", "set", Zone, "www", "--content", "192.0.2.11")).Succeeded();
        var shown = JsonNode.Parse((await RunAsync("record", "show", Zone, "www", "--json")).Succeeded().Out)!;
        Assert.Equal(("192.0.2.11", true), (shown["content"]!.GetValue<string>(), shown["proxied"]!.GetValue<bool>()));

        // A name that stands for two is not guessed, and nothing is done.
        var two = await RunAsync("record", "remove", Zone, "@");
        Assert.Equal(2, two.ExitCode);
        Assert.Contains("2 records are called", two.Error);
        var list = (await RunAsync("record", "list", Zone, "--type", "TXT")).Succeeded().Out;
        Assert.Contains("one", list);
        Assert.Contains("two", list);
        Assert.DoesNotContain("192.0.2.11", list);
        (await RunAsync("record", "remove", Zone, "www")).Succeeded();
        Assert.Equal(3, (await RunAsync("record", "show", Zone, "www")).ExitCode);
        Assert.Equal(3, (await RunAsync("record", "list", "nowhere.example.com")).ExitCode);
    }

    [Fact]
    public async Task Setting_ShowSetList_SaysWhatIsAllowed()
    {
        const string Zone = "settings.example.com";
        (await RunAsync("zone", "add", Zone, "--origin", "http://192.0.2.1")).Succeeded();
        (await RunAsync("setting", "set", Zone, "always_use_https", "on")).Succeeded();
        var shown = JsonNode.Parse((await RunAsync("setting", "show", Zone, "always_use_https", "--json")).Succeeded().Out)!;
        Assert.Equal("on", shown["value"]!.GetValue<string>());
        Assert.Contains("always_use_https", (await RunAsync("setting", "list", Zone)).Succeeded().Out);
        var wrong = await RunAsync("setting", "set", Zone, "always_use_https", "perhaps");
        Assert.Equal(7, wrong.ExitCode);
        Assert.Single(wrong.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.NotEqual(0, (await RunAsync("setting", "show", Zone, "always_use_htps")).ExitCode);
    }

    [Fact]
    public async Task Setting_DevelopmentModeOnAndOff_IsHonouredByTheEdge()
    {
        const string Zone = "develop.example.com";
        await using var origin = RawOrigin.Answering("HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nContent-Length: 4\r\n\r\nhere");
        await Holdfast.ZoneAsync(Zone, origin.Url, ("cache_profile", "standard"));
        await CacheSaysAsync("HIT");
        (await RunAsync("setting", "set", Zone, "development_mode", "on")).Succeeded();
        await CacheSaysAsync("BYPASS");
        (await RunAsync("setting", "set", Zone, "development_mode", "off")).Succeeded();
        await CacheSaysAsync("HIT");

        Task CacheSaysAsync(string status) =>
            Eventually.TrueAsync(
                async () => (await Curl.GetAsync(Holdfast.Http, Zone, "/a.css"))["CF-Cache-Status"] == status,
                $"CF-Cache-Status: {status}"
            );
    }

    [Fact]
    public async Task Token_AddSetRollRemove_WorksUntilItIsGone()
    {
        var first = (await RunAsync("token", "add", "reader", "--allow", "Zone Read", "--all-zones")).Succeeded().Out.Trim();
        (await RunAsync("zone", "list", "--token", first)).Succeeded();
        Assert.Equal(4, (await RunAsync("zone", "add", "no.example.com", "--origin", "http://192.0.2.1", "--token", first)).ExitCode);
        (await RunAsync("token", "set", "reader", "--name", "reads", "--disable")).Succeeded();
        Assert.Equal(4, (await RunAsync("zone", "list", "--token", first)).ExitCode);
        (await RunAsync("token", "set", "reads", "--enable")).Succeeded();
        var second = (await RunAsync("token", "roll", "reads")).Succeeded().Out.Trim();
        Assert.Equal(4, (await RunAsync("zone", "list", "--token", first)).ExitCode);
        (await RunAsync("zone", "list", "--token", second)).Succeeded();
        Assert.DoesNotContain(second, (await RunAsync("token", "show", "reads", "--json")).Succeeded().Out);
        (await RunAsync("token", "remove", "reads")).Succeeded();
        Assert.Equal(4, (await RunAsync("zone", "list", "--token", second)).ExitCode);
        Assert.Equal(3, (await RunAsync("token", "show", "reads")).ExitCode);
        Assert.NotEqual(0, (await RunAsync("token", "add", "none", "--allow", "Zone Read")).ExitCode);
    }

    [Fact]
    public async Task Apply_WhatWasExported_ChangesNothingAndThenExactlyWhatTheFileSays()
    {
        const string Zone = "file.example.com";
        using var files = new TemporaryDirectory();
        (await RunAsync("zone", "add", Zone, "--origin", "http://192.0.2.1")).Succeeded();
        foreach (var host in (string[])["a", "b", "c"])
        {
            (await RunAsync("record", "add", Zone, host, "A", "192.0.2.10")).Succeeded();
        }

        var exported = (await RunAsync("export", Zone)).Succeeded().Out;
        await File.WriteAllTextAsync(files["same.yaml"], exported, TestContext.Current.CancellationToken);
        var same = await RunAsync("apply", "-f", files["same.yaml"]);
        Assert.Equal("everything is as the file says\n", same.Succeeded().Out);

        await File.WriteAllTextAsync(
            files["new.yaml"],
            $"""
            zones:
              - name: {Zone}
                settings:
                  always_use_https: on
                records:
                  - name: a
                    type: A
                    content: 192.0.2.20
            """,
            TestContext.Current.CancellationToken
        );
        var dry = (await RunAsync("apply", "-f", files["new.yaml"], "--dry-run")).Succeeded().Out;
        Assert.Contains("192.0.2.20", dry);
        Assert.Equal(2, dry.Split('\n').Count(line => line.TrimStart().StartsWith('-')));
        Assert.Equal("everything is as the file says\n", (await RunAsync("apply", "-f", files["same.yaml"])).Succeeded().Out);

        // Two records would go: the number has to be said, and the right one.
        Assert.NotEqual(0, (await RunAsync("apply", "-f", files["new.yaml"], "--yes")).ExitCode);
        Assert.NotEqual(0, (await RunAsync("apply", "-f", files["new.yaml"], "--yes", "--deletes", "3")).ExitCode);
        Assert.Equal("everything is as the file says\n", (await RunAsync("apply", "-f", files["same.yaml"])).Succeeded().Out);
        (await RunAsync("apply", "-f", files["new.yaml"], "--yes", "--deletes", "2")).Succeeded();
        var records = JsonNode.Parse((await RunAsync("record", "list", Zone, "--json")).Succeeded().Out)!.AsArray();
        Assert.Equal("192.0.2.20", Assert.Single(records)!["content"]!.GetValue<string>());
        Assert.Equal("everything is as the file says\n", (await RunAsync("apply", "-f", files["new.yaml"])).Succeeded().Out);

        await File.WriteAllTextAsync(files["bad.yaml"], "zones:\n  - nmae: x\n", TestContext.Current.CancellationToken);
        var bad = await RunAsync("apply", "-f", files["bad.yaml"]);
        Assert.NotEqual(0, bad.ExitCode);
        Assert.Contains("nmae", bad.Error);
    }

    [Fact]
    public async Task Completion_InBash_OffersWhatFits()
    {
        var start = new ProcessStartInfo(
            Tool.Need("bash"),
            [
                "-euc",
                """
                eval "$(holdfast completion bash)"
                COMP_LINE='holdfast zone l' COMP_POINT=15 COMP_WORDS=(holdfast zone l) COMP_CWORD=2
                _holdfast
                printf '%s\n' "${COMPREPLY[@]}"
                """,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{start.Environment["PATH"]}";
        Assert.Equal("list\n", (await Tool.RunAsync(start)).Succeeded().Out);
        Assert.Contains("compdef", (await RunAsync("completion", "zsh")).Succeeded().Out);
        Assert.Contains("complete -c holdfast", (await RunAsync("completion", "fish")).Succeeded().Out);
        Assert.Equal(2, (await HoldfastUnderTest.RunAsync("completion", "tcsh")).ExitCode);
    }

    private Task<ToolResult> RunAsync(params string[] arguments) =>
        arguments[0] == "completion" ? HoldfastUnderTest.RunAsync(arguments) : Holdfast.CommandAsync(arguments);
}
