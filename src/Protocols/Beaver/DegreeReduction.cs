using System.Security.Cryptography;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>Products of Shamir shares without a dealer, in one round, where n >= 2t + 1.</summary>
/// <remarks>
/// Source: Gennaro, Rabin, Rabin, "Simplified VSS and Fast-Track Multiparty Computations with Applications to Threshold Cryptography", PODC 1998,
/// section 4 (simplified multiplication after Ben-Or, Goldwasser, Wigderson 1988): every party multiplies its shares, which lie on a polynomial of degree
/// 2t, shares its product anew with degree t, and takes the interpolation of what it gets. Semi-honest; secret from t parties, computationally: coefficients are the key stream of AES-128 under a fresh seed, which is
/// drawn ten times as fast as from the operating system. Any sum of
/// products (an inner product, a matrix product) costs one element. Each party sends one word per result to each peer, different ones to each.
/// </remarks>
public static class DegreeReduction
{
    /// <summary>Elementwise products.</summary>
    /// <param name="committee">Who computes; the scheme must reduce degrees.</param>
    /// <param name="x">This party's share of one factor.</param>
    /// <param name="y">This party's share of the other factor, of the same shape.</param>
    /// <param name="random">This party's own uniform bytes.</param>
    /// <exception cref="ArgumentException">Shares do not fit each other or the committee, or n is below 2t + 1.</exception>
    public static AwaitingPeers<ShareTensor> Multiply(Committee committee, ShareTensor x, ShareTensor y, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        Shares.RequireSameShape(x, y);
        var product = new ulong[x.Shape.Length];
        Field61.Multiply(x.Words, y.Words, product);
        return Reduce(committee, product, x.Shape, random);
    }

    /// <summary>A matrix product.</summary>
    /// <param name="committee">Who computes; the scheme must reduce degrees.</param>
    /// <param name="x">This party's share of an m x k matrix.</param>
    /// <param name="y">This party's share of a k x n matrix.</param>
    /// <param name="random">This party's own uniform bytes.</param>
    /// <exception cref="ArgumentException">Shares do not fit each other or the committee, or n is below 2t + 1.</exception>
    public static AwaitingPeers<ShareTensor> MultiplyMatrix(Committee committee, ShareTensor x, ShareTensor y, IRandomSource random)
    {
        Shares.RequireOf(committee, x);
        Shares.RequireOf(committee, y);
        var shape = TensorShape.Of(x.Shape.Rows, y.Shape.Columns);
        var product = new ulong[shape.Length];
        Field61.MultiplyMatrix(x.Words, y.Words, product, x.Shape.Rows, x.Shape.Columns, y.Shape.Columns);
        return Reduce(committee, product, shape, random);
    }

    /// <summary>Brings a party's points of a polynomial of degree 2t back to degree t.</summary>
    internal static AwaitingPeers<ShareTensor> Reduce(Committee committee, ReadOnlySpan<ulong> points, TensorShape shape, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!committee.Scheme.ReducesDegree)
        {
            throw new ArgumentException($"{committee.Scheme} cannot reduce degrees: n must be at least 2t + 1. Use triples.", nameof(committee));
        }

        // The polynomials are kept rather than the n shares of each; shares are made as they are sent. A long run of coefficients comes from a seed that is drawn for it.
        var constants = points.ToArray();
        var coefficients = new ulong[committee.Scheme.CorruptionThreshold][];
        using var seeded = Seeded(random);
        for (var degree = 0; degree < coefficients.Length; degree++)
        {
            coefficients[degree] = GC.AllocateUninitializedArray<ulong>(constants.Length);
            UniformElements.FillField61(seeded, coefficients[degree]);
        }

        return AwaitingPeers<ShareTensor>.Deal(committee, constants.Length, Evaluate, opened =>
        {
            for (var at = 0; at < constants.Length; at += OpenedWords.Run)
            {
                opened.Read(at, constants.AsSpan(at, Math.Min(OpenedWords.Run, constants.Length - at)));
            }

            foreach (var coefficient in coefficients)
            {
                Array.Clear(coefficient);
            }

            return ShareTensor.Own(committee.Scheme, committee.Self, shape, constants);
        });

        // Horner: the highest coefficient first, the constant last.
        void Evaluate(int party, int from, Span<ulong> destination)
        {
            Span<ulong> share = stackalloc ulong[OpenedWords.Run];
            for (var at = 0; at < destination.Length; at += OpenedWords.Run)
            {
                var run = share[..Math.Min(OpenedWords.Run, destination.Length - at)];
                coefficients[^1].AsSpan(from + at, run.Length).CopyTo(run);
                for (var degree = coefficients.Length - 2; degree >= -1; degree--)
                {
                    if (party > 0)
                    {
                        Field61.Scale(run, SharingScheme.PointOf(party), run); // party 0 has the point 1
                    }

                    Field61.Add(run, (degree >= 0 ? coefficients[degree] : constants).AsSpan(from + at, run.Length), run);
                }

                run.CopyTo(destination[at..]);
            }
        }
    }

    private static AesCtrRandomSource Seeded(IRandomSource random)
    {
        Span<byte> seed = stackalloc byte[AesCtrRandomSource.SeedLength];
        random.Fill(seed);
        var source = new AesCtrRandomSource(seed);
        CryptographicOperations.ZeroMemory(seed);
        return source;
    }
}
