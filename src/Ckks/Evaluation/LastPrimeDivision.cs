using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Divides by a ciphertext's last prime, rounding to the nearest, and drops it.</summary>
/// <remarks>RNS rescaling (Cheon, Han, Kim, Kim, Song 2018, section 4.1) with rounding: with p the last prime, (c - ((c + p/2) mod p - p/2)) / p, the inner residue brought to every other prime and transformed there. SEAL's words.</remarks>
/// <param name="context">The parameters.</param>
internal sealed class LastPrimeDivision(CkksContext context)
{
    private readonly ulong[] _last = new ulong[context.Degree];
    private readonly ulong[] _other = new ulong[context.Degree];

    /// <summary>Divides.</summary>
    /// <param name="a">At least two primes.</param>
    /// <param name="destination">Not <paramref name="a"/>; the scale is not set.</param>
    public void Divide(Ciphertext a, Ciphertext destination)
    {
        destination.Resize(a.Size, a.PrimeCount - 1, a.Degree);
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            a.Residues(polynomial, a.PrimeCount - 1).CopyTo(_last);
            Prepare(a.PrimeCount - 1);
            for (var prime = 0; prime < destination.PrimeCount; prime++)
            {
                Step(a.PrimeCount - 1, prime, a.Residues(polynomial, prime), destination.Residues(polynomial, prime));
            }
        }
    }

    /// <summary>The last residues, transformed, to their coefficients plus half of the prime.</summary>
    private void Prepare(int last)
    {
        var modulus = context.Moduli[last];
        context.Transforms[last].Inverse(_last);
        foreach (ref var word in _last.AsSpan())
        {
            word = modulus.Add(word, modulus.Value >> 1);
        }
    }

    private void Step(int last, int prime, ReadOnlySpan<ulong> values, Span<ulong> destination)
    {
        var (modulus, dropped) = (context.Moduli[prime], context.Moduli[last]);
        var half = modulus.Reduce(dropped.Value >> 1);
        for (var i = 0; i < _other.Length; i++)
        {
            _other[i] = modulus.Subtract(modulus.Reduce(_last[i]), half);
        }

        context.Transforms[prime].Forward(_other);
        var factor = modulus.Invert(modulus.Reduce(dropped.Value));
        ResidueLoops.SubtractMultiply(modulus, values, _other, factor, destination);
    }
}
