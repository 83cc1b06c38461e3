namespace Holdfast.Edge.Listening.Certificates;

/// <summary>The kinds of key that a certificate can have here.</summary>
[Flags]
internal enum KeyTypes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>RSA of any size.</summary>
    Rsa = 1,

    /// <summary>ECDSA on NIST P-256.</summary>
    EcdsaP256 = 2,

    /// <summary>ECDSA on NIST P-384.</summary>
    EcdsaP384 = 4,

    /// <summary>ECDSA on NIST P-521.</summary>
    EcdsaP521 = 8,

    /// <summary>ECDSA on any of them.</summary>
    Ecdsa = EcdsaP256 | EcdsaP384 | EcdsaP521,

    /// <summary>All.</summary>
    All = Rsa | Ecdsa,
}
