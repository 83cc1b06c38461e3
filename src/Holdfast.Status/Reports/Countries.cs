using System.Collections.Frozen;
using System.Net;
using MaxMind.Db;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Reports;

/// <summary>
/// Which country an address is in, from the file that the build puts beside the program, and what countries are called in English, from
/// the system's time zone data. Without the one every country is unknown, without the other it is two letters. For any thread.
/// </summary>
internal sealed class Countries : IDisposable
{
    /// <summary>A country that is not known.</summary>
    public const string Unknown = "XX";

    private const string NamesFile = "/usr/share/zoneinfo/iso3166.tab";

    private readonly Reader? reader;
    private readonly FrozenDictionary<string, string> names;

    private Countries(Reader? reader)
    {
        this.reader = reader;
        names = ReadNames();
    }

    /// <summary>Where the build puts the file: <c>data/country.mmdb</c> beside the program.</summary>
    public static string DefaultPath => Path.Combine(AppContext.BaseDirectory, "data", "country.mmdb");

    /// <summary>Reads the file into memory (about 5 MB); one that can't be used is said once.</summary>
    public static Countries Open(string path, ILogger logger)
    {
        try
        {
            return new Countries(new Reader(path, FileAccessMode.Memory));
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Whatever a broken file makes the reader throw: a report without its country is a report.
            StatusLog.NoCountries(logger, path, fault.Message);
            return new Countries(null);
        }
    }

    /// <summary>An address's country, two upper-case letters, or <see cref="Unknown"/>. Never throws.</summary>
    public string Of(IPAddress address)
    {
        try
        {
            return reader?.Find<Record>(address)?.Code is { Length: 2 } code && code.All(char.IsAsciiLetterUpper) ? code : Unknown;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A file can be broken in one place only.
            return Unknown;
        }
    }

    /// <summary>What a country is called.</summary>
    public string Name(string code) => code == Unknown ? "Not known" : names.GetValueOrDefault(code, code);

    public void Dispose() => reader?.Dispose();

    private static FrozenDictionary<string, string> ReadNames()
    {
        try
        {
            return File.ReadLines(NamesFile)
                .Where(line => line.Length > 3 && line[0] != '#' && line[2] == '\t')
                .ToFrozenDictionary(line => line[..2], line => line[3..]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return FrozenDictionary<string, string>.Empty;
        }
    }

    /// <summary>One network's record, as the reader makes it.</summary>
    internal sealed class Record
    {
        /// <summary>Called by the reader.</summary>
        [Constructor]
        public Record([MapKey("country_code")] string? code) => Code = code;

        /// <summary>Two letters, or null.</summary>
        public string? Code { get; }
    }
}
