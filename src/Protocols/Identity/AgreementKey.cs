using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Identity;

/// <summary>A P-256 key pair for Diffie-Hellman: an ephemeral key of a session or round, or an HPKE recipient's key.</summary>
/// <remarks>
/// ECDH with the cofactor one (SP 800-56A section 5.7.1.2; RFC 9180 section 4.1's DH). Fresh keys come from the platform's own generator.
/// The private scalar lives in a platform handle, so how time depends on it is the platform's matter (OpenSSL's P-256 is constant-time).
/// Not thread-safe. Dispose it at the end of its session: that drops the handle, which clears the scalar.
/// </remarks>
public sealed class AgreementKey : IDisposable
{
    /// <summary>Length of a private scalar and of a raw agreement in bytes.</summary>
    public const int Length = P256Curve.ScalarLength;

    private readonly ECDiffieHellman _platform;

    private AgreementKey(ECDiffieHellman platform)
    {
        _platform = platform;
        PublicKey = AgreementPublicKey.Create(P256Curve.FromPlatform(platform.ExportParameters(includePrivateParameters: false).Q));
    }

    /// <summary>The public half.</summary>
    public AgreementPublicKey PublicKey { get; }

    /// <summary>Makes a fresh key pair.</summary>
    /// <returns>The pair; its owner disposes it.</returns>
    public static AgreementKey Create() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Makes the pair of a private scalar, computing its public point.</summary>
    /// <param name="scalar"><see cref="Length"/> bytes, big-endian; secret; copied.</param>
    /// <param name="key">The pair, or null.</param>
    /// <returns>Whether the scalar lies between 1 and the order less one.</returns>
    public static bool TryImport(ReadOnlySpan<byte> scalar, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AgreementKey? key)
    {
        key = null;
        if (!P256Curve.IsScalar(scalar))
        {
            return false;
        }

        var copy = scalar.ToArray();
        try
        {
            key = new AgreementKey(ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = copy }));
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <summary>The private scalar, for the one protocol that shares it (secure aggregation) and for key files.</summary>
    /// <returns><see cref="Length"/> bytes, big-endian; secret; the caller clears them.</returns>
    public byte[] ExportScalar() => _platform.ExportParameters(includePrivateParameters: true).D!;

    /// <summary>The x-coordinate of scalar times point: never a key by itself, always the input of a key derivation.</summary>
    /// <param name="peer">The peer's checked point.</param>
    /// <returns><see cref="Length"/> bytes; secret; the caller clears them.</returns>
    public byte[] Agree(AgreementPublicKey peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        using var other = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256Curve.ToPlatform(peer.Point.Span) });
        using var publicKey = other.PublicKey;
        return _platform.DeriveRawSecretAgreement(publicKey);
    }

    /// <inheritdoc/>
    public void Dispose() => _platform.Dispose();

    /// <summary>The public half's digits; never the scalar.</summary>
    public override string ToString() => $"AgreementKey({PublicKey})";
}
