using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Divides by a ciphertext's last prime, rounding to the nearest, and drops it.</summary>
/// <remarks>
/// RNS rescaling (Cheon, Han, Kim, Kim, Song 2018, section 4.1) with rounding: with p the last prime, (c - ((c + p/2) mod p - p/2)) / p, the inner residue brought to every other prime and transformed there. SEAL's words.
/// </remarks>
internal sealed class LastPrimeDivision
{
    private readonly CkksContext _context;
    private readonly ulong[] _last;
    private readonly ulong[] _other;
    private readonly ulong[][] _inverses; // [last][prime]: 1 / last modulo prime
    private readonly ulong[][] _halves; // [last][prime]: -floor(last / 2) modulo prime

    /// <summary>Computes the factors.</summary>
    /// <param name="context">The parameters.</param>
    public LastPrimeDivision(CkksContext context)
    {
        _context = context;
        (_last, _other) = (new ulong[context.Degree], new ulong[context.Degree]);
        _inverses = [.. context.Moduli.Select((p, last) => context.Moduli.Take(last).Select(q => q.Invert(q.Reduce(p.Value))).ToArray())];
        _halves = [.. context.Moduli.Select((p, last) => context.Moduli.Take(last).Select(q => q.Negate(q.Reduce(p.Value >> 1))).ToArray())];
    }

    /// <summary>Divides a whole ciphertext.</summary>
    /// <param name="a">At least two primes.</param>
    /// <param name="destination">Not <paramref name="a"/>; the scale is not set.</param>
    public void Divide(Ciphertext a, Ciphertext destination)
    {
        var last = a.PrimeCount - 1;
        destination.Resize(a.Size, last, a.Degree);
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            a.Residues(polynomial, last).CopyTo(_last);
            Prepare(last, _last);
            for (var prime = 0; prime < last; prime++)
            {
                Divide(last, prime, _last, a.Residues(polynomial, prime), destination.Residues(polynomial, prime));
            }
        }
    }

    /// <summary>The last residues, in place: from values to coefficients plus half of the prime.</summary>
    /// <param name="last">Which prime.</param>
    /// <param name="values">Its residues.</param>
    public void Prepare(int last, Span<ulong> values)
    {
        var modulus = _context.Moduli[last];
        _context.Transforms[last].Inverse(values);
        ResidueLoops.AddScalar(modulus, values, modulus.Value >> 1, values);
    }

    /// <summary>One prime's residues.</summary>
    /// <param name="last">Which prime is divided by.</param>
    /// <param name="prime">Which is left.</param>
    /// <param name="prepared">As <see cref="Prepare"/> left them.</param>
    /// <param name="values">Residues.</param>
    /// <param name="destination">Overwritten; may be the values.</param>
    public void Divide(int last, int prime, ReadOnlySpan<ulong> prepared, ReadOnlySpan<ulong> values, Span<ulong> destination)
    {
        var modulus = _context.Moduli[prime];
        ResidueLoops.ReduceLazily(modulus, prepared, _halves[last][prime], _other);
        _context.Transforms[prime].Forward(_other);
        ResidueLoops.SubtractMultiply(modulus, values, _other, _inverses[last][prime], destination);
    }
}
