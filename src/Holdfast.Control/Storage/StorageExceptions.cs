namespace Holdfast.Control.Storage;

/// <summary>Control's database cannot be used; the message names the file and says what to do.</summary>
public sealed class ControlDatabaseException : Exception
{
    /// <summary>A database that cannot be used.</summary>
    public ControlDatabaseException(string message, Exception? inner = null)
        : base(message, inner) { }
}

/// <summary>The write would collide with what is there.</summary>
internal sealed class StorageConflictException : Exception
{
    public StorageConflictException(string message)
        : base(message) { }
}

/// <summary>What was to be changed is no longer at the generation that the caller knows.</summary>
internal sealed class StaleGenerationException : Exception
{
    /// <param name="expected">The generations that the caller knows, as a part of a sentence.</param>
    /// <param name="found">The present one, or null when the thing is not there.</param>
    public StaleGenerationException(string expected, long? found)
        : base(found is null ? $"it is not there, so not at {expected}" : $"it is at generation {found}, not {expected}") { }
}

/// <summary>The database cannot be read or written now: locked, full, read-only, or failing.</summary>
internal sealed class StorageUnavailableException : Exception
{
    /// <param name="message">What is wrong, with the file's name, for the log.</param>
    /// <param name="forCallers">What is wrong, for whoever asks the API.</param>
    /// <param name="inner">What the database said.</param>
    public StorageUnavailableException(string message, string forCallers, Exception? inner = null)
        : base(message, inner)
    {
        ForCallers = forCallers;
    }

    /// <summary>What is wrong, as a part of a sentence that says nothing about the machine.</summary>
    public string ForCallers { get; }
}
