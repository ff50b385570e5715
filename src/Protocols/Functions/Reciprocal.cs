using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>1 / x on shared positive fixed-point numbers of a stated public range, in 22 rounds.</summary>
/// <remarks>
/// Source: Newton's iteration y (2 - x y) from the classical linear start 48/17 - 32u/17 on an octave; for its place in secure fixed point see Korzilius and
/// Schoenmakers, "Divisions and Square Roots with Tight Error Analysis from Newton-Raphson Iteration in Secure Fixed-Point Arithmetic", Cryptography 7(3):43,
/// 2023 (the error bound here is this page's own, not theirs). They normalise x to one octave; here the octave's line is chosen in secret, as <see cref="Spline"/> chooses its piece: comparison with the powers of two inside the range, coefficients as
/// public-weighted sums of the shared bits. The line is off by 1/17 of 1/x at most; three iterations square that each time.
/// Error: below 1.1 (1 + 1/x) ulp (docs/protocols/comparison.md derives it). Outside the range the result is wrong without notice, so a planner must prove
/// it from input ranges. Security is that of comparison, products and truncation: semi-honest, the dealer apart.
/// </remarks>
public static class Reciprocal
{
    /// <summary>The fewest fractional bits.</summary>
    public const int MinimumFractionalBits = 12;

    /// <summary>The most fractional bits for which the start fits.</summary>
    public const int MaximumFractionalBits = 20;

    private const int Iterations = 3;

    /// <summary>The greatest absolute error at x: 1.1 (1 + 1/x) units in the last place.</summary>
    /// <param name="x">The number, within the stated range.</param>
    /// <param name="fractionalBits">Of input and output: 12 to 20.</param>
    public static double MaximumErrorAt(double x, int fractionalBits) => Math.ScaleB(1.1 * (1 + (1 / x)), -fractionalBits);

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    /// <param name="fractionalBits">Of input and output: 12 to 20.</param>
    /// <param name="range">Where the numbers lie; public.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int fractionalBits, OctaveRange range) =>
    [
        .. ThresholdComparison.Requests(scheme, count, range.Octaves - 1),
        .. Enumerable.Repeat(CorrelationRequest.SharedBit(count), range.Octaves - 1),
        .. Products.MultiplyRequests(scheme, count), CorrelationRequest.Truncation(count, OctaveRange.CoefficientBits),
        .. Enumerable.Repeat(Products.MultiplyRequests(scheme, count).Add(CorrelationRequest.Truncation(count, fractionalBits)), 2 * Iterations).SelectMany(step => step),
    ];

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    /// <param name="range">Where the numbers lie; public.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count, OctaveRange range) =>
    [
        .. ThresholdComparison.WordsPerRound(scheme, count, range.Octaves - 1),
        (range.Octaves - 1) * PackedBits.WordsFor(count),
        .. Enumerable.Repeat(Products.MultiplyWords(scheme, count).Add(count), 1 + (2 * Iterations)).SelectMany(step => step),
    ];

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share, any shape; every number within the range.</param>
    /// <param name="fractionalBits">Of input and output: 12 to 20, and at least 8 more than the range's upper exponent.</param>
    /// <param name="range">Where the numbers lie; public.</param>
    /// <param name="correlations">This party's correlations.</param>
    /// <param name="random">This party's own uniform bytes, for schemes that reduce degrees.</param>
    /// <exception cref="ArgumentException">The share is not this party's, the fractional bits lie outside, or the range is the default.</exception>
    public static Phase<ShareTensor> Begin(
        Committee committee, ShareTensor x, int fractionalBits, OctaveRange range, Correlations correlations, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        ArgumentNullException.ThrowIfNull(correlations);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(fractionalBits, Math.Max(MinimumFractionalBits, range.Upper + 8));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionalBits, MaximumFractionalBits);
        ArgumentOutOfRangeException.ThrowIfLessThan(range.Octaves, 2);
        return Phase<ShareTensor>.Start(committee, slot => Script(committee, x, fractionalBits, range, correlations, random, slot));
    }

    internal static IEnumerable<AwaitingPeers[]> Script(
        Committee committee, ShareTensor x, int fractionalBits, OctaveRange range, Correlations correlations, IRandomSource random, Slot<ShareTensor> slot)
    {
        var count = x.Shape.Length;
        var flat = x.Reshape(TensorShape.Of(count));
        var products = new Products(committee, correlations, random);
        var thresholds = range.Thresholds(fractionalBits);
        var material = ThresholdComparison.Take(committee, flat, thresholds, correlations);
        SharedBit[] shared = [.. thresholds.Select(_ => correlations.TakeSharedBit(count))];
        var steps = Enumerable.Range(0, 1 + (2 * Iterations))
            .Select(i => (Multiply: products.TakeMultiply(count), Shift: correlations.TakeTruncation(count, i == 0 ? OctaveRange.CoefficientBits : fractionalBits)))
            .ToArray();

        var bits = new Slot<ImmutableArray<BitShares>>();
        foreach (var round in ThresholdComparison.Script(committee, flat, thresholds, material, bits))
        {
            yield return round;
        }

        var conversions = bits.Value.Select((b, i) => BitConversion.Begin(committee, b, shared[i], flat.Shape)).ToArray();
        yield return conversions;
        ShareTensor[] reached = [.. conversions.Select(conversion => conversion.Result)];

        // The start: intercept - slope * x of the octave that x lies in.
        var slope = steps[0].Multiply(Choose(reached, range.Slopes()), flat);
        yield return [slope];
        var line = Choose(reached, range.Intercepts()).Scale(1UL << fractionalBits).Subtract(slope.Result);
        var start = MaskedTruncation.Begin(committee, line, steps[0].Shift);
        yield return [start];

        var y = start.Result;
        var two = Constants(committee, count, 2L << fractionalBits);
        for (var i = 1; i < steps.Length; i += 2)
        {
            var unit = steps[i].Multiply(flat, y);
            yield return [unit];
            var rounded = MaskedTruncation.Begin(committee, unit.Result, steps[i].Shift);
            yield return [rounded];
            var next = steps[i + 1].Multiply(y, two.Subtract(rounded.Result));
            yield return [next];
            var shifted = MaskedTruncation.Begin(committee, next.Result, steps[i + 1].Shift);
            yield return [shifted];
            y = shifted.Result;
        }

        slot.Value = y.Reshape(x.Shape);
    }

    // The lowest octave's coefficient; each threshold that is reached adds the next octave's and takes away the last one's.
    private static ShareTensor Choose(ShareTensor[] reached, ImmutableArray<long> octaves)
    {
        var algebra = reached[0].Scheme.Algebra;
        var lowest = new ulong[reached[0].Shape.Length];
        Array.Fill(lowest, algebra.FromSigned(octaves[0]));
        var sum = reached[0].Scale(algebra.FromSigned(octaves[1] - octaves[0])).AddPublic(lowest);
        for (var i = 1; i < reached.Length; i++)
        {
            sum = sum.Add(reached[i].Scale(algebra.FromSigned(octaves[i + 1] - octaves[i])));
        }

        return sum;
    }

    private static ShareTensor Constants(Committee committee, int count, long value)
    {
        var words = new ulong[count];
        Array.Fill(words, committee.Scheme.AddsConstants(committee.Self) ? committee.Scheme.Algebra.FromSigned(value) : 0);
        return ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(count), words);
    }
}
