using System.Net;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Terminal;

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
                """,
                "holdfast.yaml"
            )
            .Api;
        Assert.Equal([IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::1/128")], settings.PublicAddresses);
        Assert.Equal(60, settings.RequestsPerFiveMinutes);
    }

    [Theory]
    [InlineData("api: 7", "not a section")]
    [InlineData("api:\n  colour: red", "unknown setting 'api.colour'")]
    [InlineData("api:\n  public_addresses: 192.0.2.1/24", "api.public_addresses: '192.0.2.1/24' is not allowed")]
    [InlineData("api:\n  requests_per_five_minutes: 0", "api.requests_per_five_minutes")]
    public void Parse_Wrong_NamesThePlace(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<CliFailure>(() => ConfigurationFile.Parse(text, "holdfast.yaml")).Message);
}
