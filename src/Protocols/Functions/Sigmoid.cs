using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>1 / (1 + e^-x) on shared fixed-point numbers, within 2^-10 over the whole range, in 10 rounds.</summary>
/// <remarks>
/// A spline with secret choice of the piece: all four breakpoints are compared in one call; each power of x has one coefficient, a public-weighted sum of the
/// four shared bits; one inner product and one truncation end it. The powers are made side by side with the comparison. Beyond 8.5 the coefficients are exactly
/// zero (or one), so that powers which leave their headroom there are multiplied by zero. Error: 2.04e-4 of the spline, and less than 2.5 ulp of rounding:
/// below 2^-10 = 9.77e-4 for 13 to 20 fractional bits. Security is that of comparison, products and truncation: semi-honest, the dealer apart.
/// </remarks>
public static class Sigmoid
{
    /// <summary>The fewest fractional bits for which the error bound holds.</summary>
    public const int MinimumFractionalBits = 13;

    /// <summary>The most fractional bits for which the powers fit.</summary>
    public const int MaximumFractionalBits = 20;

    /// <summary>The greatest absolute error, whatever the input.</summary>
    public const double MaximumError = 1.0 / 1024;

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int fractionalBits) =>
    [
        .. ThresholdComparison.Requests(scheme, count, SigmoidTable.Breakpoints.Length),
        .. Products.SquareRequests(scheme, count), CorrelationRequest.Truncation(count, fractionalBits),
        .. Products.MultiplyRequests(scheme, checked(2 * count)), CorrelationRequest.Truncation(checked(2 * count), fractionalBits),
        .. Products.MultiplyRequests(scheme, count), CorrelationRequest.Truncation(count, fractionalBits),
        .. Enumerable.Repeat(CorrelationRequest.SharedBit(count), SigmoidTable.Breakpoints.Length),
        .. Products.InnerRequests(scheme, SigmoidTable.Degree, count), CorrelationRequest.Truncation(count, SigmoidTable.CoefficientBits),
    ];

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count)
    {
        var powers = Traffic.InTurn(
            Products.SquareWords(count), [count], Products.MultiplyWords(scheme, checked(2 * count)), [checked(2 * count)], Products.MultiplyWords(scheme, count), [count]);
        return Traffic.InTurn(
            Traffic.SideBySide(ThresholdComparison.WordsPerRound(scheme, count, SigmoidTable.Breakpoints.Length), powers),
            [SigmoidTable.Breakpoints.Length * PackedBits.WordsFor(count)],
            Products.InnerWords(scheme, SigmoidTable.Degree, count),
            [count]);
    }

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share, any shape; |x| below the comparison's range less 8.5.</param>
    /// <param name="fractionalBits">Of input and output: 13 to 20.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <param name="random">This party's own uniform bytes, for schemes that reduce degrees.</param>
    /// <exception cref="ArgumentException">The share is not this party's, or the fractional bits lie outside.</exception>
    public static Phase<ShareTensor> Begin(Committee committee, ShareTensor x, int fractionalBits, Correlations correlations, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(correlations);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(fractionalBits, MinimumFractionalBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, MaximumFractionalBits);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, fractionalBits, correlations, random, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, int fractionalBits, Correlations correlations, IRandomSource random, Slot<ShareTensor> slot)
    {
        var count = x.Shape.Length;
        var flat = x.Reshape(TensorShape.Of(count));
        var products = new Products(committee, correlations, random);
        ImmutableArray<long> thresholds = [.. SigmoidTable.Breakpoints.Select(b => (long)Math.ScaleB(b, fractionalBits))]; // exact: 4 bits suffice
        var material = ThresholdComparison.Take(committee, flat, thresholds, correlations);
        var bits = new Slot<ImmutableArray<BitShares>>();
        var powers = new Slot<ShareTensor>();
        var compare = ThresholdComparison.Script(committee, flat, thresholds, material, bits);
        var raise = new PowerSteps(committee, correlations, products, count, fractionalBits).Script(flat, powers);
        SharedBit[] shared = [.. thresholds.Select(_ => correlations.TakeSharedBit(count))];
        var inner = products.TakeInner(SigmoidTable.Degree, count);
        var last = correlations.TakeTruncation(count, SigmoidTable.CoefficientBits);

        foreach (var round in Sharing.Script.SideBySide(compare, raise))
        {
            yield return round;
        }

        var conversions = bits.Value.Select((b, i) => BitConversion.Begin(committee, b, shared[i], flat.Shape)).ToArray();
        yield return conversions;
        ShareTensor[] steps = [.. conversions.Select(conversion => conversion.Result)];

        var coefficients = ShareTensor.Concatenate([.. Enumerable.Range(1, SigmoidTable.Degree).Select(degree => Coefficient(steps, degree))]);
        var sum = inner(coefficients, powers.Value);
        yield return [sum];
        var total = sum.Result.Add(Coefficient(steps, 0).Scale(1UL << fractionalBits));
        var truncation = MaskedTruncation.Begin(committee, total, last);
        yield return [truncation];
        slot.Value = truncation.Result.Reshape(x.Shape);
    }

    // Piece 0 is zero; each step that is reached adds the next piece's coefficient and takes away the last one's. Integers: they cancel exactly.
    private static ShareTensor Coefficient(ShareTensor[] steps, int degree)
    {
        var pieces = SigmoidTable.Coefficients(degree);
        var algebra = steps[0].Scheme.Algebra;
        var sum = steps[0].Scale(algebra.FromSigned(pieces[1] - pieces[0]));
        for (var i = 1; i < steps.Length; i++)
        {
            sum = sum.Add(steps[i].Scale(algebra.FromSigned(pieces[i + 1] - pieces[i])));
        }

        return sum;
    }
}
