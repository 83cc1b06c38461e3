using System.Net;
using MaxMind.Db;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Geo;

/// <summary>
/// Which country an address is in, from a file in MaxMind's format with a member <c>country_code</c>. Without a usable file every
/// country is unknown. For any thread; a look-up takes about a microsecond, so ask once a connection.
/// </summary>
internal sealed partial class CountryDatabase : IDisposable
{
    private readonly Reader? _reader;
    private readonly ILogger _logger;
    private int _saidBroken;

    private CountryDatabase(Reader? reader, ILogger logger)
    {
        _reader = reader;
        _logger = logger;
    }

    /// <summary>Where the build puts the file: <c>data/country.mmdb</c> beside the program.</summary>
    public static string DefaultPath => Path.Combine(AppContext.BaseDirectory, "data", "country.mmdb");

    /// <summary>Whether there is a file to look into.</summary>
    public bool IsLoaded => _reader is not null;

    /// <summary>
    /// Reads the file into memory (about 5 MB). It is not mapped: a file that is replaced while it is mapped would end the process.
    /// A missing or corrupt one is said once and leaves every country unknown.
    /// </summary>
    public static CountryDatabase Open(string path, ILogger<CountryDatabase> logger)
    {
        try
        {
            return new CountryDatabase(new Reader(path, FileAccessMode.Memory), logger);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a broken file makes the reader throw: no country is worth a request.
            LogUnusable(logger, path, e.Message);
            return new CountryDatabase(null, logger);
        }
    }

    /// <summary>The address's country, or unknown. Never throws. IPv4 addresses in IPv6 form are looked up as IPv4.</summary>
    public CountryCode Lookup(IPAddress address)
    {
        if (_reader is null)
        {
            return CountryCode.Unknown;
        }

        try
        {
            return CountryCode.Of(_reader.Find<Record>(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)?.CountryCode);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // As above: a file can be broken in one place only.
            if (Interlocked.Exchange(ref _saidBroken, 1) == 0)
            {
                LogBroken(_logger, e.Message);
            }

            return CountryCode.Unknown;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader?.Dispose();

    [LoggerMessage(2301, LogLevel.Warning, "The country database {Path} cannot be used, so every country is unknown (XX): {Reason}")]
    private static partial void LogUnusable(ILogger logger, string path, string reason);

    [LoggerMessage(2302, LogLevel.Warning, "The country database is broken in places; countries there are unknown (XX): {Reason}")]
    private static partial void LogBroken(ILogger logger, string reason);

    /// <summary>One network's record, as the reader makes it.</summary>
    internal sealed class Record
    {
        /// <summary>Called by the reader.</summary>
        [Constructor]
        public Record([MapKey("country_code")] string? countryCode) => CountryCode = countryCode;

        /// <summary>Two letters, or null.</summary>
        public string? CountryCode { get; }
    }
}
