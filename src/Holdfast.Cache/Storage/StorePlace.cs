namespace Holdfast.Cache.Storage;

/// <summary>How far somebody has come who goes over the whole index.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Bucket">The next bucket in it.</param>
/// <param name="IsEnd">Whether there is nothing more.</param>
internal readonly record struct StorePlace(int Shard, int Bucket, bool IsEnd);
