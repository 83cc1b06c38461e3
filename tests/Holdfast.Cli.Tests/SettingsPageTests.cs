using System.CommandLine;
using Holdfast.Artifacts.Zones;
using Holdfast.Cli.Commands;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Zones;

namespace Holdfast.Cli.Tests;

/// <summary>docs/settings.md lists what there is to be set; nothing may be added without a line there.</summary>
public class SettingsPageTests
{
    private static readonly string[] Lines = File.ReadAllLines(Page());

    public static TheoryData<string> UpFlags => Flags(UpCommand.Create(CliContext.OfThisProcess()));

    public static TheoryData<string> RunEdgeFlags => Flags(RunEdgeCommand.Create(CliContext.OfThisProcess()));

    public static TheoryData<string> RunControlFlags => Flags(RunControlCommand.Create(CliContext.OfThisProcess()));

    public static TheoryData<string> ZoneSettingNames => [.. ZoneSettingDefinitions.All.Select(setting => setting.Id)];

    public static TheoryData<string> EdgeSettingNames => [.. EdgeSettings.Names];

    public static TheoryData<string> ApiSettingNames => [.. ApiSettings.Names];

    [Theory]
    [MemberData(nameof(UpFlags))]
    public void Up_EveryFlag_IsThere(string flag) => AssertFlag("## `holdfast up`", flag);

    [Theory]
    [MemberData(nameof(RunEdgeFlags))]
    public void RunEdge_EveryFlag_IsThere(string flag) => AssertFlag("## `holdfast run edge`", flag);

    [Theory]
    [MemberData(nameof(RunControlFlags))]
    public void RunControl_EveryFlag_IsThere(string flag) => AssertFlag("## `holdfast run control`", flag);

    [Theory]
    [MemberData(nameof(ZoneSettingNames))]
    public void Page_EveryZoneSetting_IsThereWithItsDefault(string id)
    {
        var byDefault = ZoneSettingDefinitions.Find(id)!.Read(new ZoneSettings());
        Assert.Contains(Rows("## A zone's settings"), row => row.StartsWith($"| `{id}` | `{byDefault?.ToJsonString() ?? "null"}` |"));
    }

    [Theory]
    [MemberData(nameof(EdgeSettingNames))]
    public void Page_EveryEdgeSetting_IsThere(string name) =>
        Assert.Contains(Rows("## An edge's settings"), row => row.StartsWith($"| `{name}` |"));

    [Theory]
    [MemberData(nameof(ApiSettingNames))]
    public void Page_EveryApiSetting_IsThere(string name) =>
        Assert.Contains(Rows("## The API's settings"), row => row.StartsWith($"| `{name}` |"));

    private static void AssertFlag(string heading, string flag) =>
        Assert.Contains(Rows(heading), row => row.Contains($"`{flag}`") || row.Contains($"`{flag} "));

    /// <summary>The table rows of a section.</summary>
    internal static IEnumerable<string> Rows(string heading) =>
        Lines.SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ")).Where(line => line.StartsWith('|'));

    private static TheoryData<string> Flags(Command command) =>
        [.. command.Options.Where(option => !option.Hidden && option.Name.StartsWith("--")).Select(option => option.Name)];

    private static string Page()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var page = Path.Combine(directory.FullName, "docs", "settings.md");
            if (File.Exists(page))
            {
                return page;
            }
        }

        throw new FileNotFoundException("docs/settings.md is above no directory of the test's");
    }
}
