using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Identity;

/// <summary>A member's private key: signs rosters, session offers, phases of a round and ledger heads.</summary>
/// <remarks>
/// ECDSA over P-256 with SHA-256 (FIPS 186-5, section 6). Key and nonces come from the platform's own generator, which is what .NET's ECDSA allows; so a
/// signature is not reproducible, and two signatures of one text differ. A signature proves who signed, not when, and (r, n - s) verifies as well as (r, s):
/// compare what was signed, never signatures. Safe to use from several threads at once. Dispose it to drop the platform's handle.
/// </remarks>
public sealed class SigningKey : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ECDsa _platform;

    private SigningKey(ECDsa platform)
    {
        _platform = platform;
        PublicKey = VerificationKey.Create(platform.ExportSubjectPublicKeyInfo());
    }

    /// <summary>The public half.</summary>
    public VerificationKey PublicKey { get; }

    /// <summary>Makes a fresh key.</summary>
    /// <returns>The key; its owner disposes it.</returns>
    public static SigningKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a key that <see cref="ExportPem"/> wrote, or any unencrypted PKCS#8 P-256 key.</summary>
    /// <param name="pem">The text of the key file; secret.</param>
    /// <returns>The key; its owner disposes it.</returns>
    /// <exception cref="ArgumentException">The text holds no unencrypted PKCS#8 key, or one on another curve. The text itself is not repeated.</exception>
    public static SigningKey ImportPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        var platform = ECDsa.Create();
        try
        {
            platform.ImportFromPem(pem);
            if (platform.ExportParameters(includePrivateParameters: true) is { D: not null, Curve.Oid.Value: "1.2.840.10045.3.1.7" })
            {
                return new SigningKey(platform);
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Falls through: the platform's message may quote the text.
        }

        platform.Dispose();
        throw new ArgumentException("The text holds no unencrypted PKCS#8 private key (BEGIN PRIVATE KEY) on P-256.", nameof(pem));
    }

    /// <summary>Writes the key as unencrypted PKCS#8 PEM, for the party's own key file.</summary>
    /// <returns>The text; secret. A string cannot be cleared, so write it at once to a file that only its owner reads.</returns>
    public string ExportPem()
    {
        lock (_gate)
        {
            return _platform.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <summary>Signs canonical bytes for one purpose.</summary>
    /// <param name="domain">The purpose, as <c>roster</c>; public, not empty.</param>
    /// <param name="canonical">The canonical bytes; public.</param>
    /// <returns><see cref="VerificationKey.SignatureLength"/> bytes: r and s (IEEE P1363).</returns>
    public byte[] Sign(string domain, ReadOnlySpan<byte> canonical)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        var framed = VerificationKey.Framed(domain, canonical);
        lock (_gate)
        {
            return _platform.SignData(framed.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _platform.Dispose();

    /// <summary>The public key's fingerprint; never the private key.</summary>
    public override string ToString() => $"SigningKey({PublicKey})";
}
