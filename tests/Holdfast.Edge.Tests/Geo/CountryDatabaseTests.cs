using System.Net;
using Holdfast.Edge.Geo;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Geo;

public class CountryDatabaseTests
{
    [Theory]
    [InlineData("NZ", "NZ")]
    [InlineData("de", "DE")]
    [InlineData("AA", "AA")]
    [InlineData("XK", "XK")]
    [InlineData("XX", "XX")]
    [InlineData("ZZ", "XX")]
    [InlineData("D", "XX")]
    [InlineData("DEU", "XX")]
    [InlineData("1A", "XX")]
    [InlineData("é!", "XX")]
    [InlineData("", "XX")]
    [InlineData(null, "XX")]
    public void CountryCode_Letters_AreNormalised(string? letters, string expected)
    {
        var code = CountryCode.Of(letters);

        Assert.Equal(expected, code.ToString());
        Assert.Equal(expected != "XX", code.IsKnown);
    }

    [Fact]
    public void Default_CountryCode_IsUnknown() => Assert.Equal("XX"u8, default(CountryCode).Utf8);

    [Fact]
    public void Lookup_WithoutAFile_IsUnknown()
    {
        using var database = CountryDatabase.Open(
            Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")),
            NullLogger<CountryDatabase>.Instance
        );

        Assert.False(database.IsLoaded);
        Assert.Equal(CountryCode.Unknown, database.Lookup(IPAddress.Parse("192.0.2.1")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void Open_Garbage_LeavesEveryCountryUnknown(int length)
    {
        var path = Path.GetTempFileName();
        try
        {
            var bytes = new byte[length];
            new Random(7).NextBytes(bytes);
            File.WriteAllBytes(path, bytes);
            using var database = CountryDatabase.Open(path, NullLogger<CountryDatabase>.Instance);

            Assert.Equal(CountryCode.Unknown, database.Lookup(IPAddress.Parse("1.1.1.1")));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("193.0.6.139", "NL")]
    [InlineData("::ffff:193.0.6.139", "NL")]
    [InlineData("2001:67c:2e8::1", "NL")]
    [InlineData("133.11.0.1", "JP")]
    [InlineData("127.0.0.1", "XX")]
    [InlineData("10.1.2.3", "XX")]
    [InlineData("::1", "XX")]
    [InlineData("192.0.2.1", "XX")]
    public void Lookup_InstalledDatabase_KnowsTheCountry(string address, string expected)
    {
        Assert.SkipUnless(File.Exists(CountryDatabase.DefaultPath), "npm has not brought the country database");
        using var database = CountryDatabase.Open(CountryDatabase.DefaultPath, NullLogger<CountryDatabase>.Instance);

        Assert.Equal(expected, database.Lookup(IPAddress.Parse(address)).ToString());
    }

    [Fact]
    public void Lookup_DamagedDatabase_NeverThrows()
    {
        Assert.SkipUnless(File.Exists(CountryDatabase.DefaultPath), "npm has not brought the country database");
        var bytes = File.ReadAllBytes(CountryDatabase.DefaultPath);
        var random = new Random(11);
        for (var i = 0; i < 50_000; i++)
        {
            // Not the metadata at the end, so that it opens.
            bytes[random.Next(bytes.Length - 2000)] = (byte)random.Next(256);
        }

        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            using var database = CountryDatabase.Open(path, NullLogger<CountryDatabase>.Instance);
            var address = new byte[4];
            for (var i = 0; i < 5_000; i++)
            {
                random.NextBytes(address);
                Assert.Equal(2, database.Lookup(new IPAddress(address)).Utf8.Length);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
