using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Releases.Rollouts;

/// <summary>
/// Takes a zone's release back for all edges when several of them have refused it or gone back from it. It goes to every edge at once, so each has
/// judged it by itself; those that have few visitors of the zone may not have seen what the others have. One thread at a time.
/// </summary>
internal sealed class ZoneFailures(ZoneFailureStore store, ILogger logger)
{
    private readonly HashSet<(string Zone, long Generation)> _failing = [];
    private bool _hasLooked;

    /// <summary>Takes in what an edge said.</summary>
    public void Note(EdgeReport report)
    {
        if (report.Kind == ArtifactKind.Zone && report.Standing.IsFailure())
        {
            _failing.Add((report.Name, report.Generation));
        }
    }

    /// <summary>Looks at what was noted, and the first time at what was said before the start.</summary>
    /// <returns>Whether something is to be looked at again soon: it could not be taken back.</returns>
    public async Task<bool> TakeBackAsync(CancellationToken cancellationToken)
    {
        if (!_hasLooked)
        {
            _failing.UnionWith(await store.FailingAsync().ConfigureAwait(false));
            _hasLooked = true;
        }

        foreach (var (zone, generation) in _failing.ToList())
        {
            try
            {
                if (
                    await store
                        .TakeBackAsync(zone, generation, AuditScope.System("releases-revert"), cancellationToken)
                        .ConfigureAwait(false) is
                    { } reason
                )
                {
                    ControlLog.ReleaseStopped(logger, $"zone/{zone}/{generation}", reason);
                }

                _failing.Remove((zone, generation));
            }
            catch (Exception e) when (e is StorageConflictException or ApiException or ArtifactInvalidException or InvalidDataException)
            {
                // There is no content to go back to that would be taken: each edge has gone back by itself all the same.
                ControlLog.ReleaseStays(logger, $"zone/{zone}/{generation}", e.Message);
                _failing.Remove((zone, generation));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One zone's trouble does not keep the others waiting.
                ControlLog.RolloutFailed(logger, e);
            }
        }

        return _failing.Count > 0;
    }
}
