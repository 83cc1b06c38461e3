using System.Net;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;
using Holdfast.Control.Releases.Rehearsals;

namespace Holdfast.Cli.Tests.Settings;

public class ApiSettingsTests
{
    [Fact]
    public void Parse_EverySetting_IsTaken()
    {
        var settings = ConfigurationFile
            .Parse(
                """
                api:
                  public_addresses: [192.0.2.0/24, "2001:db8::1"]
                  requests_per_five_minutes: 60
                  most_newly_blocked_percent: 5
                  most_newly_failing_percent: 0
                  most_added_microseconds: 200
                """,
                "holdfast.yaml"
            )
            .Api;
        Assert.Equal([IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::1/128")], settings.PublicAddresses);
        Assert.Equal(60, settings.RequestsPerFiveMinutes);
        Assert.Equal(
            new RehearsalLimits
            {
                NewlyBlockedPercent = 5,
                NewlyFailingPercent = 0,
                AddedMicroseconds = 200,
            },
            settings.Rehearsals
        );
    }

    [Theory]
    [InlineData("api: 7", "not a section")]
    [InlineData("api:\n  colour: red", "unknown setting 'api.colour'")]
    [InlineData("api:\n  public_addresses: 192.0.2.1/24", "api.public_addresses: '192.0.2.1/24' is not allowed")]
    [InlineData("api:\n  most_newly_blocked_percent: 101", "api.most_newly_blocked_percent")]
    [InlineData("api:\n  requests_per_five_minutes: 0", "api.requests_per_five_minutes")]
    public void Parse_Wrong_NamesThePlace(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<CliFailure>(() => ConfigurationFile.Parse(text, "holdfast.yaml")).Message);
}
