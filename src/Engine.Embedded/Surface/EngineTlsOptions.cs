namespace PrivacyGrains.Engine;

/// <summary>One process's certificate and whom it believes.</summary>
/// <remarks>Both ends check the chain against <see cref="AuthorityPath"/> alone: the machine's own trust store is not asked.</remarks>
public sealed class EngineTlsOptions
{
    /// <summary>Path of the PEM certificate that this process shows.</summary>
    public required string CertificatePath { get; init; }

    /// <summary>Path of its PEM private key.</summary>
    public required string KeyPath { get; init; }

    /// <summary>Path of the PEM certificate of the authority that signed every member's certificate.</summary>
    public required string AuthorityPath { get; init; }

    /// <summary>The DNS name that every member's certificate carries.</summary>
    public string TargetHost { get; init; } = "privacygrains";

    /// <summary>Whether the calling side must show a certificate too; leave it on outside experiments.</summary>
    public bool RequireCertificate { get; init; } = true;
}
