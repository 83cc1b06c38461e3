using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

/// <summary>What the intake tells about itself, for logs and metrics. Called on its thread; what it throws is not caught.</summary>
public interface IReleaseIntakeObserver
{
    /// <summary>A release is in use.</summary>
    /// <param name="release">The release.</param>
    /// <param name="fromStore">True at a start from disk, false when it came by the feed.</param>
    void Accepted(Release release, bool fromStore) { }

    /// <summary>A release was refused; what was in use before stays in use.</summary>
    void Refused(ReleaseRefusal refusal) { }

    /// <summary>A release holds the taster up; others go on, and its verdict comes later.</summary>
    void PutAside(Release release) { }

    /// <summary>A release waits, because somebody at this machine has pinned its artifact.</summary>
    void Held(Release release) { }

    /// <summary>There is no taster: releases wait, and what is in use stays. Told once until there is one again.</summary>
    void TasterUnavailable(string reason) { }

    /// <summary>There is a taster again; the releases that waited are read again.</summary>
    void TasterAvailable() { }

    /// <summary>A purge is in effect.</summary>
    void Purged(Purge purge) { }

    /// <summary>Everything of every zone was purged, since purges may have been missed.</summary>
    void PurgedAll(string reason) { }

    /// <summary>A purge was refused.</summary>
    void PurgeRefused(string reason) { }

    /// <summary>The store could not read or write a file.</summary>
    void StoreProblem(StoreProblem problem) { }

    /// <summary>The feed delivered its first message since the connection was made.</summary>
    void Connected() { }

    /// <summary>The feed was lost; the next attempt follows.</summary>
    void Lost(Exception reason, TimeSpan retryIn) { }
}

/// <summary>A refused release.</summary>
/// <param name="Release">The release.</param>
/// <param name="Reason">Why, as one sentence.</param>
/// <param name="FromStore">True at a start from disk, false when it came by the feed.</param>
public sealed record ReleaseRefusal(Release Release, string Reason, bool FromStore);
