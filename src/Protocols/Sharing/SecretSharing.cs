using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>Splits a tensor into shares and reconstructs it.</summary>
/// <remarks>
/// Additive: n - 1 shares are uniform, the last is the value minus their sum. Shamir: Shamir 1979; t uniform coefficients per element, party i holds
/// f(i + 1). Perfectly hides the value from t parties where the random source is uniform. Gives no integrity: a changed share changes the value, except
/// that Shamir shares beyond t + 1 are checked to lie on the same polynomial.
/// </remarks>
public static class SecretSharing
{
    /// <summary>Splits public-format elements into one share per party.</summary>
    /// <param name="scheme">How to divide.</param>
    /// <param name="values">Elements of the scheme's algebra in row-major order; secret.</param>
    /// <param name="shape">Their dimensions.</param>
    /// <param name="random">Uniform bytes; <see cref="SystemRandomSource"/> outside tests.</param>
    /// <returns>n shares; share i belongs to the party of index i and to nobody else.</returns>
    /// <exception cref="ArgumentException">The length is not the shape's, or a value is no element.</exception>
    public static ImmutableArray<ShareTensor> Split(SharingScheme scheme, ReadOnlySpan<ulong> values, TensorShape shape, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(random);
        if (values.Length != shape.Length || !scheme.Algebra.AreElements(values))
        {
            throw new ArgumentException($"A {shape} tensor has {shape.Length} elements of {scheme.Algebra.Name}; {values.Length} words came.", nameof(values));
        }

        var words = scheme.Kind == SharingKind.Additive ? SplitAdditive(scheme.Parties, values, random) : SplitShamir(scheme, values, random);
        return [.. words.Select((share, party) => ShareTensor.Own(scheme, party, shape, share))];
    }

    /// <summary>Encodes numbers in fixed point and splits them.</summary>
    /// <param name="scheme">How to divide.</param>
    /// <param name="values">Finite numbers in row-major order; secret.</param>
    /// <param name="shape">Their dimensions.</param>
    /// <param name="format">The fractional bits.</param>
    /// <param name="random">Uniform bytes.</param>
    /// <exception cref="ArgumentException">The length is not the shape's, or a number is NaN, infinite or too large.</exception>
    public static ImmutableArray<ShareTensor> Split(
        SharingScheme scheme, ReadOnlySpan<double> values, TensorShape shape, FixedPoint format, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        var words = new ulong[values.Length];
        format.Encode(scheme.Algebra, values, words);
        return Split(scheme, words, shape, random);
    }

    /// <summary>Puts shares together again.</summary>
    /// <param name="shares">Additive: all n. Shamir: at least t + 1; those beyond are checked against the first t + 1.</param>
    /// <returns>
    /// The elements, or a fault: <c>share.missing</c>, <c>share.doubled</c>, <c>share.mismatched</c> (another scheme or shape), <c>share.inconsistent</c>.
    /// </returns>
    public static Checked<ulong[]> Reconstruct(IReadOnlyList<ShareTensor> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count == 0)
        {
            return new ProtocolFault("share.missing", null, "at least one share", "none");
        }

        var scheme = shares[0].Scheme;
        var seen = new bool[scheme.Parties];
        foreach (var share in shares)
        {
            if (share.Scheme != scheme || !share.Shape.Equals(shares[0].Shape))
            {
                return new ProtocolFault("share.mismatched", null, shares[0].ToString(), share.ToString());
            }

            if (seen[share.Party])
            {
                return new ProtocolFault("share.doubled", null, "one share of each party", $"two of party {share.Party}");
            }

            seen[share.Party] = true;
        }

        if (shares.Count < scheme.ReconstructionThreshold)
        {
            return new ProtocolFault("share.missing", null, $"{scheme.ReconstructionThreshold} shares", $"{shares.Count}");
        }

        return scheme.Kind == SharingKind.Additive ? Sum(shares) : Interpolate(scheme, shares);
    }

    private static ulong[][] SplitAdditive(int parties, ReadOnlySpan<ulong> values, IRandomSource random)
    {
        var shares = new ulong[parties][];
        var last = values.ToArray();
        for (var i = 0; i < parties - 1; i++)
        {
            shares[i] = new ulong[values.Length];
            UniformElements.FillRing64(random, shares[i]);
            Ring64.Subtract(last, shares[i], last);
        }

        shares[^1] = last;
        return shares;
    }

    /// <summary>Shares on fresh polynomials of degree t, one array per party.</summary>
    internal static ulong[][] SplitShamir(SharingScheme scheme, ReadOnlySpan<ulong> values, IRandomSource random)
    {
        var coefficients = new ulong[scheme.CorruptionThreshold][];
        for (var d = 0; d < coefficients.Length; d++)
        {
            coefficients[d] = new ulong[values.Length];
            UniformElements.FillField61(random, coefficients[d]);
        }

        var shares = new ulong[scheme.Parties][];
        for (var party = 0; party < shares.Length; party++)
        {
            // Horner over whole vectors: the highest coefficient first, the value last.
            var share = coefficients[^1].AsSpan().ToArray();
            for (var d = coefficients.Length - 2; d >= -1; d--)
            {
                Field61.Scale(share, SharingScheme.PointOf(party), share);
                Field61.Add(share, d >= 0 ? coefficients[d] : values, share);
            }

            shares[party] = share;
        }

        return shares;
    }

    private static ulong[] Sum(IReadOnlyList<ShareTensor> shares)
    {
        var sum = new ulong[shares[0].Shape.Length];
        foreach (var share in shares)
        {
            Ring64.Add(sum, share.Words, sum);
        }

        return sum;
    }

    private static Checked<ulong[]> Interpolate(SharingScheme scheme, IReadOnlyList<ShareTensor> shares)
    {
        var basis = shares.Take(scheme.ReconstructionThreshold).ToArray();
        ulong[] points = [.. basis.Select(share => SharingScheme.PointOf(share.Party))];
        foreach (var extra in shares.Skip(basis.Length))
        {
            var expected = At(basis, Field61Polynomial.LagrangeAt(points, SharingScheme.PointOf(extra.Party)));
            if (!extra.Words.SequenceEqual(expected))
            {
                return new ProtocolFault("share.inconsistent", null, $"all shares on polynomials of degree {scheme.CorruptionThreshold}", $"party {extra.Party} is off");
            }
        }

        return At(basis, Field61Polynomial.LagrangeAtZero(points));
    }

    private static ulong[] At(ShareTensor[] basis, ulong[] weights)
    {
        var sum = new ulong[basis[0].Shape.Length];
        var term = new ulong[sum.Length];
        for (var i = 0; i < basis.Length; i++)
        {
            Field61.Scale(basis[i].Words, weights[i], term);
            Field61.Add(sum, term, sum);
        }

        return sum;
    }
}
