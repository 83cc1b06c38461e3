namespace Holdfast.Status.Storage;

/// <summary>The status page's store cannot be used; the message names the file, says why, and what to do.</summary>
public sealed class StatusStoreException(string message, Exception? inner = null) : Exception(message, inner);
