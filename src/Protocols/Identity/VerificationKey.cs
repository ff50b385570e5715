using System.Security.Cryptography;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Identity;

/// <summary>A member's public key: verifies what its <see cref="SigningKey"/> signed.</summary>
/// <remarks>ECDSA over P-256 with SHA-256 (FIPS 186-5, section 6). Public and immutable; safe to use from several threads at once.</remarks>
public sealed class VerificationKey : IEquatable<VerificationKey>
{
    /// <summary>Length of every signature in bytes: r and s, each 32 bytes big-endian (IEEE P1363).</summary>
    public const int SignatureLength = 64;

    /// <summary>Length of <see cref="Spki"/> in bytes.</summary>
    public const int SpkiLength = P256Curve.SpkiLength;

    // Verifying with a key that was just imported costs four times as much (283 against 72 microseconds), so the platform's key is kept. It is freed with this
    // object by its handle's finalizer: public keys live as long as their roster.
    private readonly Lazy<ECDsa> _platform;
    private readonly byte[] _spki;

    private VerificationKey(byte[] spki)
    {
        _spki = spki;
        _platform = new Lazy<ECDsa>(
            () => ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256Curve.ToPlatform(P256Curve.PointOf(spki)) }));
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(spki));
    }

    /// <summary>The key as SubjectPublicKeyInfo (RFC 5480: named curve, uncompressed point); one key has one such form.</summary>
    public ReadOnlyMemory<byte> Spki => _spki;

    /// <summary>SHA-256 of <see cref="Spki"/>, 64 lower-case hexadecimal digits: what people compare.</summary>
    public string Fingerprint { get; }

    /// <summary>Checks a key that came from outside.</summary>
    /// <param name="spki">The bytes as they came.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Whether the bytes are a P-256 key in the accepted form with its point on the curve.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> spki, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out VerificationKey? key)
    {
        key = P256Curve.IsPoint(P256Curve.PointOf(spki)) ? new VerificationKey(spki.ToArray()) : null;
        return key is not null;
    }

    /// <summary>Checks a key that should be right.</summary>
    /// <param name="spki">The key as SubjectPublicKeyInfo.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentException">The bytes are no P-256 key in the accepted form.</exception>
    public static VerificationKey Create(ReadOnlySpan<byte> spki) =>
        TryCreate(spki, out var key) ? key : throw new ArgumentException("Not a P-256 public key as SubjectPublicKeyInfo with a named curve and an uncompressed point.", nameof(spki));

    /// <summary>Whether the holder of this key signed these bytes for this purpose.</summary>
    /// <param name="domain">The purpose, as <c>roster</c>: a signature for one purpose is none for another.</param>
    /// <param name="canonical">The canonical bytes that were signed.</param>
    /// <param name="signature">The signature as it came, of any length.</param>
    /// <returns>False also for a signature of another length.</returns>
    public bool Verify(string domain, ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> signature)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        var framed = Framed(domain, canonical);
        lock (_platform)
        {
            return _platform.Value.VerifyData(framed.Span, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <inheritdoc/>
    public bool Equals(VerificationKey? other) => other is not null && _spki.AsSpan().SequenceEqual(other._spki);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VerificationKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_spki, P256Curve.SpkiLength - sizeof(int));

    /// <summary>The first 16 digits of the fingerprint.</summary>
    public override string ToString() => Fingerprint[..16];

    /// <summary>What is really signed: the purpose and the bytes, each with its length.</summary>
    internal static ReadOnlyMemory<byte> Framed(string domain, ReadOnlySpan<byte> canonical) =>
        new WireWriter("pg.signed", 1).Text(domain).Bytes(canonical).Written;
}
