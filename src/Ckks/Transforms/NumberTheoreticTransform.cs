using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The negacyclic number-theoretic transform modulo one prime: natural order in, bit-reversed order out. Value i is a(psi^(2 bitrev(i) + 1)), psi the smallest primitive 2N-th root.</summary>
/// <remarks>Sources: Longa, Naehrig, "Speeding up the number theoretic transform", 2016, algorithms 1 and 2 (twist merged, tables bit-reversed); Harvey 2014, section 3 (lazy butterflies with Shoup's quotients).</remarks>
public sealed class NumberTheoreticTransform
{
    private readonly ulong[] _roots;
    private readonly ulong[] _rootQuotients;
    private readonly ulong[] _inverses;
    private readonly ulong[] _inverseQuotients;
    private readonly ulong _scale;
    private readonly ulong _scaleQuotient;

    /// <summary>Makes the tables: 4 N words.</summary>
    /// <param name="modulus">A prime that is 1 modulo 2N.</param>
    /// <param name="degree">N, a power of two.</param>
    public NumberTheoreticTransform(Modulus modulus, int degree)
    {
        (Modulus, Degree) = (modulus, degree);
        Root = Primes.SmallestRoot(modulus, degree);
        (_roots, _rootQuotients) = Table(modulus, degree, Root);
        (_inverses, _inverseQuotients) = Table(modulus, degree, modulus.Invert(Root));
        _scale = modulus.Invert((ulong)degree);
        _scaleQuotient = modulus.ShoupQuotient(_scale);
    }

    /// <summary>The prime.</summary>
    public Modulus Modulus { get; }

    /// <summary>N.</summary>
    public int Degree { get; }

    /// <summary>psi: the smallest primitive 2N-th root of unity.</summary>
    public ulong Root { get; }

    /// <summary>Coefficients to values, in place.</summary>
    /// <param name="values">N residues.</param>
    public void Forward(Span<ulong> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Degree);
        for (int blocks = 1, gap = Degree / 2; gap >= 1; blocks *= 2, gap /= 2)
        {
            for (var block = 0; block < blocks; block++)
            {
                var (root, quotient) = (_roots[blocks + block], _rootQuotients[blocks + block]);
                var low = values.Slice(2 * block * gap, gap);
                var high = values.Slice((2 * block * gap) + gap, gap);
                for (var i = 0; i < gap; i++)
                {
                    var product = Modulus.MultiplyShoup(high[i], root, quotient);
                    (low[i], high[i]) = (Modulus.Add(low[i], product), Modulus.Subtract(low[i], product));
                }
            }
        }
    }

    /// <summary>Values to coefficients, in place.</summary>
    /// <param name="values">N residues.</param>
    public void Inverse(Span<ulong> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Degree);
        for (int blocks = Degree / 2, gap = 1; blocks >= 1; blocks /= 2, gap *= 2)
        {
            for (var block = 0; block < blocks; block++)
            {
                var (root, quotient) = (_inverses[blocks + block], _inverseQuotients[blocks + block]);
                var low = values.Slice(2 * block * gap, gap);
                var high = values.Slice((2 * block * gap) + gap, gap);
                for (var i = 0; i < gap; i++)
                {
                    var difference = Modulus.Subtract(low[i], high[i]);
                    low[i] = Modulus.Add(low[i], high[i]);
                    high[i] = Modulus.MultiplyShoup(difference, root, quotient);
                }
            }
        }

        foreach (ref var value in values)
        {
            value = Modulus.MultiplyShoup(value, _scale, _scaleQuotient);
        }
    }

    private static (ulong[] Powers, ulong[] Quotients) Table(Modulus modulus, int degree, ulong root)
    {
        var (powers, quotients) = (new ulong[degree], new ulong[degree]);
        var logDegree = System.Numerics.BitOperations.Log2((uint)degree);
        var power = 1UL;
        for (var i = 0; i < degree; i++, power = modulus.Multiply(power, root))
        {
            var at = BitReversal.Of(i, logDegree);
            (powers[at], quotients[at]) = (power, modulus.ShoupQuotient(power));
        }

        return (powers, quotients);
    }
}
