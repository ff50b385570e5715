using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>x / y on shared fixed-point numbers, y positive and of a stated public range: the rounds of a <see cref="Curve"/> and two more.</summary>
/// <remarks>
/// Source: x times the reciprocal, as Catrina and Saxena, "Secure Computation with Fixed-Point Numbers", FC 2010; the reciprocal is a spline with 20
/// fractional bits, within 2^-13 of itself. Error: |x / y| 2^-13 + |x| 2^-20 and one unit in the last place. Outside the range the result is wrong without
/// notice. Demands |x| / lower 2^(f + 20) below the headroom. Security is that of comparison, products and truncation: semi-honest, the dealer apart.
/// </remarks>
public static class Division
{
    private const int InnerBits = 20;
    private static readonly SplineCache<(string Algebra, int Bits, double Lower, double Upper)> Tables = new();

    /// <summary>The greatest absolute error.</summary>
    /// <param name="x">The dividend.</param>
    /// <param name="y">The divisor, within the stated range.</param>
    /// <param name="fractionalBits">Of all numbers: 13 to 20.</param>
    public static double MaximumErrorAt(double x, double y, int fractionalBits) =>
        Math.ScaleB(Math.Abs(x / y), -13) + Math.ScaleB(Math.Abs(x), -InnerBits) + Math.ScaleB(1, -fractionalBits);

    /// <summary>The greatest |x| whose quotient fits.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="fractionalBits">Of all numbers: 13 to 20.</param>
    /// <param name="lower">The least y.</param>
    public static double MaximumDividend(SharingScheme scheme, int fractionalBits, double lower)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        return Math.ScaleB(lower, scheme.Algebra.HeadroomBits - 1 - fractionalBits - InnerBits);
    }

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many quotients, at least 0.</param>
    /// <param name="fractionalBits">Of all numbers: 13 to 20.</param>
    /// <param name="lower">The least y: from 2^-8.</param>
    /// <param name="upper">The greatest y: to 2^16.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int fractionalBits, double lower, double upper) =>
    [
        .. Spline.Requests(scheme, count, Table(scheme, fractionalBits, lower, upper)),
        .. Products.MultiplyRequests(scheme, count), CorrelationRequest.Truncation(count, InnerBits),
    ];

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many quotients, at least 0.</param>
    /// <param name="fractionalBits">Of all numbers: 13 to 20.</param>
    /// <param name="lower">The least y: from 2^-8.</param>
    /// <param name="upper">The greatest y: to 2^16.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, int fractionalBits, double lower, double upper) =>
        Traffic.InTurn(Spline.WordsPerRound(scheme, count, Table(scheme, fractionalBits, lower, upper)), Products.MultiplyWords(scheme, count), [count]);

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share of the dividends.</param>
    /// <param name="y">This party's share of the divisors, of the same shape.</param>
    /// <param name="fractionalBits">Of all numbers: 13 to 20.</param>
    /// <param name="lower">The least y: from 2^-8.</param>
    /// <param name="upper">The greatest y: to 2^16.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <param name="random">This party's own uniform bytes, for schemes that reduce degrees.</param>
    /// <exception cref="ArgumentException">A share is not this party's, the shapes differ, or a number lies outside.</exception>
    public static Phase<ShareTensor> Begin(
        Committee committee, ShareTensor x, ShareTensor y, int fractionalBits, double lower, double upper, Correlations correlations, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        Shares.RequireSameShape(x, y);
        ArgumentNullException.ThrowIfNull(correlations);
        ArgumentNullException.ThrowIfNull(random);
        _ = Table(committee.Scheme, fractionalBits, lower, upper);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, y, fractionalBits, lower, upper, correlations, random, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, ShareTensor y, int fractionalBits, double lower, double upper, Correlations correlations, IRandomSource random,
        Slot<ShareTensor> slot)
    {
        var count = x.Shape.Length;
        var material = Spline.Take(committee, count, Table(committee.Scheme, fractionalBits, lower, upper), correlations);
        var multiply = new Products(committee, correlations, random).TakeMultiply(count);
        var last = correlations.TakeTruncation(count, InnerBits);
        var reciprocal = new Slot<ShareTensor>();
        foreach (var round in Spline.Script(committee, y.Flat(), material, reciprocal))
        {
            yield return round;
        }

        var product = multiply(x.Flat(), reciprocal.Value);
        yield return [product];
        var truncation = MaskedTruncation.Begin(committee, product.Result, last);
        yield return [truncation];
        slot.Value = truncation.Result.Reshape(x.Shape);
    }

    private static SplineTable Table(SharingScheme scheme, int fractionalBits, double lower, double upper)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fractionalBits, Curve.MinimumFractionalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, Curve.MaximumFractionalBits);
        _ = Curve.Reciprocal(lower, upper);
        return Tables.GetOrMake((scheme.Algebra.Name, fractionalBits, lower, upper), key =>
            new CurveShape(v => 1 / v, key.Lower, key.Upper, v => Math.ScaleB(v, -13)).Tabulate(scheme.Algebra, key.Bits, InnerBits));
    }
}
