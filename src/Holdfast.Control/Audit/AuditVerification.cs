using System.Globalization;
using Holdfast.Releases.Signing;

namespace Holdfast.Control.Audit;

/// <summary>What checking an audit log gave.</summary>
/// <param name="Entries">How many entries are whole, from the first one on.</param>
/// <param name="LastHash">The hash of the last of them.</param>
/// <param name="Problem">What is wrong at the first place where something is, or null.</param>
public sealed record AuditVerdict(long Entries, string LastHash, string? Problem);

/// <summary>Checks an audit log entry by entry.</summary>
public static class AuditVerification
{
    /// <summary>Follows the chain from its beginning and compares it with a signed head.</summary>
    /// <param name="entries">All entries in order.</param>
    /// <param name="head">The signed head, or null when there is none to compare with.</param>
    /// <param name="trusted">The keys that may sign heads, or null when the signature is not to be checked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<AuditVerdict> RunAsync(
        IAsyncEnumerable<AuditEntry> entries,
        AuditHead? head,
        VerificationKeys? trusted,
        CancellationToken cancellationToken
    )
    {
        long count = 0;
        var last = AuditEntry.Beginning;
        var headSeen = head is null or { Sequence: 0 };
        await foreach (var entry in entries.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var problem =
                entry.Sequence != count + 1 ? $"entry {count + 1} is missing: entry {entry.Sequence} comes after entry {count}"
                : entry.PreviousHash != last ? $"entry {entry.Sequence} does not follow the entry before it"
                : entry.Hash != entry.ComputeHash() ? $"entry {entry.Sequence} was changed: its hash does not fit what it says"
                : head is not null && entry.Sequence == head.Sequence && entry.Hash != head.Hash
                    ? $"entry {entry.Sequence} is not the one that was signed: the log was written anew"
                : null;
            if (problem is not null)
            {
                return new AuditVerdict(count, last, problem);
            }

            count++;
            last = entry.Hash;
            headSeen |= head is not null && entry.Sequence == head.Sequence;
        }

        return new AuditVerdict(
            count,
            last,
            !headSeen
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"entry {count + 1} is missing: the log ends after entry {count}, and was signed at entry {head!.Sequence}"
                    )
                : head is not null && trusted is not null && !head.IsSignedBy(trusted) ? "the log's head is not signed by a trusted key"
                : null
        );
    }
}
