using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Holdfast.Edge.Bots;

/// <summary>Asks the machine's name servers.</summary>
internal sealed class ReverseDns : IReverseDns
{
    // Nobody waits for these answers: patience costs nothing, and a second try is worth it.
    private static readonly LookupClientOptions Options = new()
    {
        Timeout = TimeSpan.FromSeconds(5),
        Retries = 1,
        UseCache = false,
        ThrowDnsErrors = false,
    };

    private readonly LookupClient _dns = new(Options);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> NamesOfAsync(IPAddress address, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(() => _dns.QueryReverseAsync(address, cancellationToken)).ConfigureAwait(false);
        return [.. answer.Answers.OfType<PtrRecord>().Select(static record => record.PtrDomainName.Value)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> AddressesOfAsync(string name, CancellationToken cancellationToken)
    {
        var four = AskAsync(() => _dns.QueryAsync(name, QueryType.A, cancellationToken: cancellationToken));
        var six = AskAsync(() => _dns.QueryAsync(name, QueryType.AAAA, cancellationToken: cancellationToken));
        await Task.WhenAll(four, six).ConfigureAwait(false);
        return
        [
            .. (await four.ConfigureAwait(false))
                .Answers.Concat((await six.ConfigureAwait(false)).Answers)
                .OfType<AddressRecord>()
                .Select(static record => record.Address),
        ];
    }

    private static async Task<IDnsQueryResponse> AskAsync(Func<Task<IDnsQueryResponse>> ask)
    {
        try
        {
            var answer = await ask().ConfigureAwait(false);
            return answer.HasError && answer.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain
                ? throw new ReverseDnsException(answer.ErrorMessage)
                : answer;
        }
        catch (DnsResponseException e)
        {
            throw new ReverseDnsException(e.Message, e);
        }
    }
}
