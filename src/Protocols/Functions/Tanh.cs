using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>The hyperbolic tangent on shared fixed-point numbers, within 2^-10 over the whole range, in 10 rounds.</summary>
/// <remarks>
/// tanh(x) = 2 sigmoid(2x) - 1 on <see cref="Sigmoid"/>'s spline: doubling and the constant are local, so correlations, rounds and words are
/// sigmoid's. Its error doubles: 4.08e-4 of the spline, and less than 5 ulp of rounding. That stays below 2^-10 = 9.77e-4 from 14 fractional bits on
/// (7.13e-4; with 13 it would be 1.02e-3). Security is that of sigmoid: semi-honest, the dealer apart.
/// </remarks>
public static class Tanh
{
    /// <summary>The fewest fractional bits for which the error bound holds.</summary>
    public const int MinimumFractionalBits = 14;

    /// <summary>The most fractional bits for which the powers fit.</summary>
    public const int MaximumFractionalBits = Sigmoid.MaximumFractionalBits;

    /// <summary>The greatest absolute error, whatever the input.</summary>
    public const double MaximumError = 1.0 / 1024;

    /// <summary>What the dealer must make, in the order in which it is taken.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    /// <param name="fractionalBits">Of input and output: 14 to 20.</param>
    public static ImmutableArray<CorrelationRequest> Requests(SharingScheme scheme, int count, int fractionalBits) =>
        Sigmoid.Requests(scheme, count, fractionalBits);

    /// <summary>Words to each peer, round by round.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="count">How many numbers, at least 0.</param>
    public static ImmutableArray<int> WordsPerRound(SharingScheme scheme, int count) => Sigmoid.WordsPerRound(scheme, count);

    /// <summary>Starts; takes the correlations of <see cref="Requests"/> at once.</summary>
    /// <param name="committee">Who computes.</param>
    /// <param name="x">This party's share, any shape; |2x| below the comparison's range less 8.5.</param>
    /// <param name="fractionalBits">Of input and output: 14 to 20.</param>
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
        var half = new Slot<ShareTensor>();
        foreach (var round in Sigmoid.Script(committee, x.Scale(2), fractionalBits, correlations, random, half))
        {
            yield return round;
        }

        var minusOnes = new ulong[x.Shape.Length];
        committee.Scheme.Algebra.AddConstant(minusOnes, committee.Scheme.Algebra.FromSigned(-(1L << fractionalBits)), minusOnes);
        slot.Value = half.Value.Scale(2).AddPublic(minusOnes);
    }
}
