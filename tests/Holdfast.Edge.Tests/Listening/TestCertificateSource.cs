using Holdfast.Edge.Listening.Certificates;

namespace Holdfast.Edge.Tests.Listening;

/// <summary>A disk with custom certificates on it.</summary>
internal sealed class TestCertificateSource : ICertificateSource
{
    private readonly Lock _lock = new();
    private readonly List<string> _ids = [];
    private readonly Dictionary<string, CustomCertificate> _certificates = [];
    private int _reads;

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>The certificates that cannot be read.</summary>
    public HashSet<string> Fails { get; } = [];

    /// <summary>What a read waits for before it is over.</summary>
    public ManualResetEventSlim? Gate { get; set; }

    /// <summary>Writes a certificate.</summary>
    /// <returns>The artifact's number.</returns>
    public int Keep(CustomCertificate certificate)
    {
        lock (_lock)
        {
            if (!_ids.Contains(certificate.Id))
            {
                _ids.Add(certificate.Id);
            }

            _certificates[certificate.Id] = certificate;
            return _ids.IndexOf(certificate.Id);
        }
    }

    /// <summary>Removes a certificate.</summary>
    /// <returns>The artifact's number.</returns>
    public int Drop(string id)
    {
        lock (_lock)
        {
            _certificates.Remove(id);
            return _ids.IndexOf(id);
        }
    }

    /// <summary>The zone of a certificate that is there.</summary>
    public string? ZoneOf(string id)
    {
        lock (_lock)
        {
            return _certificates.GetValueOrDefault(id)?.ZoneId;
        }
    }

    public CustomCertificate? Read(int artifact)
    {
        Interlocked.Increment(ref _reads);
        CustomCertificate? found;
        lock (_lock)
        {
            found = Fails.Contains(_ids[artifact]) ? null : _certificates.GetValueOrDefault(_ids[artifact]);
        }

        Gate?.Wait(TimeSpan.FromSeconds(10));
        return found;
    }
}
