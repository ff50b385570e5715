using System.Diagnostics.CodeAnalysis;

namespace PrivacyGrains.Protocols.Identity;

/// <summary>A P-256 point that was checked to lie on the curve: the public half of an <see cref="AgreementKey"/>.</summary>
/// <remarks>
/// Holding one means that the validation which RFC 9180 section 7.1.4 and SP 800-56A section 5.6.2.3 ask for was done. Public and immutable.
/// </remarks>
public sealed class AgreementPublicKey : IEquatable<AgreementPublicKey>
{
    /// <summary>Length of <see cref="Point"/> in bytes.</summary>
    public const int Length = P256Curve.PointLength;

    private readonly byte[] _point;

    private AgreementPublicKey(byte[] point) => _point = point;

    /// <summary>The uncompressed point: 0x04, x, y (SEC 1, section 2.3.3).</summary>
    public ReadOnlyMemory<byte> Point => _point;

    /// <summary>Checks a point that came from outside.</summary>
    /// <param name="point">The bytes as they came.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>False for another length or form, and for a point that is not on the curve.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> point, [NotNullWhen(true)] out AgreementPublicKey? key)
    {
        key = P256Curve.IsPoint(point) ? new AgreementPublicKey(point.ToArray()) : null;
        return key is not null;
    }

    /// <summary>Checks a point that should be right.</summary>
    /// <param name="point">The uncompressed point.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentException">The bytes are no uncompressed point on P-256.</exception>
    public static AgreementPublicKey Create(ReadOnlySpan<byte> point) =>
        TryCreate(point, out var key) ? key : throw new ArgumentException($"Not an uncompressed point on P-256 of {Length} bytes.", nameof(point));

    /// <inheritdoc/>
    public bool Equals(AgreementPublicKey? other) => other is not null && _point.AsSpan().SequenceEqual(other._point);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AgreementPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_point, 1);

    /// <summary>The first eight hexadecimal digits of x.</summary>
    public override string ToString() => Convert.ToHexStringLower(_point, 1, 4);
}
