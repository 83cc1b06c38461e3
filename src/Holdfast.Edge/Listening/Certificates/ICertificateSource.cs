namespace Holdfast.Edge.Listening.Certificates;

/// <summary>Where custom certificates come from that no handshake asked for lately.</summary>
internal interface ICertificateSource
{
    /// <summary>Reads a certificate: its newest generation that can be used. Blocks on the disk; any thread may call it.</summary>
    /// <param name="artifact">The artifact's number in the store.</param>
    /// <returns>The certificate, or null when none of its generations can be used; what was wrong was reported.</returns>
    CustomCertificate? Read(int artifact);
}
