namespace Holdfast.Cache.Storage;

/// <summary>What a <see cref="StoredResponse"/> is made of beside its bytes; see there for meanings and units.</summary>
internal struct StoredResponseParts
{
    public ulong Hash;
    public int KeyLength;
    public int SelectingLength;
    public int FieldsLength;
    public int Status;
    public StoredFlags Flags;
    public long Received;
    public long InitialAge;
    public long Date;
    public long LastModified;
    public long Lifetime;
    public long StaleWhileRevalidate;
    public long StaleIfError;
    public long Began;
}
