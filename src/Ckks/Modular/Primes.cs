using System.Collections.Immutable;

namespace PrivacyGrains.Ckks.Modular;

/// <summary>Primes that have number-theoretic transforms. Public.</summary>
public static class Primes
{
    // Deterministic for every word: Sinclair's seven bases (2011), checked exhaustively against Feitsma's list of pseudoprimes below 2^64.
    private static readonly ImmutableArray<ulong> Bases = [2, 325, 9375, 28178, 450775, 9780504, 1795265022];

    /// <summary>Whether a number is prime: Miller-Rabin with bases that leave no pseudoprime below 2^64.</summary>
    /// <param name="value">At most <see cref="Modulus.MostBits"/> bits; longer ones are not.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsPrime(ulong value)
    {
        if (value < 4 || value % 2 == 0 || value >> Modulus.MostBits != 0)
        {
            return value is 2 or 3;
        }

        var modulus = new Modulus(value);
        var twos = System.Numerics.BitOperations.TrailingZeroCount(value - 1);
        return Bases.All(b => IsProbable(modulus, modulus.Reduce(b), twos));
    }

    /// <summary>The largest primes of given lengths that are 1 modulo 2N, as SEAL's <c>CoeffModulus::Create</c> chooses them: of one length in rising order, the last one the key's own.</summary>
    /// <param name="degree">N, a power of two.</param>
    /// <param name="bits">Each 20 to <see cref="Modulus.MostBits"/>.</param>
    /// <returns>As many primes, all different.</returns>
    /// <exception cref="ArgumentException">A length is out of range, or there are not enough primes of it.</exception>
    public static ImmutableArray<ulong> Choose(int degree, ReadOnlySpan<int> bits)
    {
        var chosen = new ulong[bits.Length];
        for (var i = bits.Length - 1; i >= 0; i--)
        {
            if (bits[i] is < 20 or > Modulus.MostBits)
            {
                throw new ArgumentException($"A prime has 20 to {Modulus.MostBits} bits; asked for {bits[i]}.", nameof(bits));
            }

            var step = 2UL * (ulong)degree;
            var candidate = ((1UL << bits[i]) / step * step) + 1;
            do
            {
                candidate -= step;
            }
            while (candidate >> (bits[i] - 1) != 0 && (chosen.AsSpan(i + 1).Contains(candidate) || !IsPrime(candidate)));
            chosen[i] = candidate >> (bits[i] - 1) != 0 ? candidate : throw new ArgumentException($"Too few primes of {bits[i]} bits are 1 modulo {step}: take another length or a smaller degree.", nameof(bits));
        }

        return [.. chosen];
    }

    /// <summary>The smallest root of unity of order exactly 2N.</summary>
    /// <param name="modulus">A prime that is 1 modulo 2N.</param>
    /// <param name="degree">N, a power of two.</param>
    /// <returns>The root, as SEAL takes it: its transforms are then the same word for word.</returns>
    internal static ulong SmallestRoot(Modulus modulus, int degree)
    {
        var order = 2UL * (ulong)degree;
        ulong root = 0;
        for (var g = 2UL; root == 0; g++)
        {
            var candidate = modulus.Power(g, (modulus.Value - 1) / order);
            root = modulus.Power(candidate, order / 2) == modulus.Value - 1 ? candidate : 0;
        }

        var (smallest, square, current) = (root, modulus.Multiply(root, root), root);
        for (var i = 1; i < degree; i++)
        {
            current = modulus.Multiply(current, square);
            smallest = Math.Min(smallest, current);
        }

        return smallest;
    }

    private static bool IsProbable(Modulus modulus, ulong witness, int twos)
    {
        if (witness == 0)
        {
            return true;
        }

        var x = modulus.Power(witness, (modulus.Value - 1) >> twos);
        var minusOne = modulus.Value - 1;
        if (x == 1 || x == minusOne)
        {
            return true;
        }

        for (var i = 1; i < twos; i++)
        {
            x = modulus.Multiply(x, x);
            if (x == minusOne)
            {
                return true;
            }
        }

        return false;
    }
}
