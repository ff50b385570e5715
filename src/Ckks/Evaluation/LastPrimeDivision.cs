using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Divides by a ciphertext's last prime, rounding to the nearest, and drops it.</summary>
/// <remarks>
/// RNS rescaling (Cheon, Han, Kim, Kim, Song 2018, section 4.1) with rounding: with p the last prime, (c - ((c + p/2) mod p - p/2)) / p, the inner residue brought to every other prime and transformed there. SEAL's words.
/// </remarks>
internal sealed class LastPrimeDivision
{
    private readonly CkksContext _context;
    private readonly PrimeWorkers _workers;
    private readonly ulong[] _last;
    private readonly ulong[] _other;
    private readonly ulong[][] _inverses; // [last][prime]: 1 / last modulo prime
    private readonly ulong[][] _halves; // [last][prime]: -floor(last / 2) modulo prime

    /// <summary>Computes the factors.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="workers">Who divides.</param>
    public LastPrimeDivision(CkksContext context, PrimeWorkers workers)
    {
        (_context, _workers) = (context, workers);
        (_last, _other) = (new ulong[Ciphertext.MostPolynomials * context.Degree], new ulong[workers.Count * context.Degree]);
        _inverses = [.. context.Moduli.Select((p, last) => context.Moduli.Take(last).Select(q => q.Invert(q.Reduce(p.Value))).ToArray())];
        _halves = [.. context.Moduli.Select((p, last) => context.Moduli.Take(last).Select(q => q.Negate(q.Reduce(p.Value >> 1))).ToArray())];
    }

    /// <summary>Divides a whole ciphertext.</summary>
    /// <param name="a">At least two primes.</param>
    /// <param name="destination">Not <paramref name="a"/>; the scale is not set.</param>
    public void Divide(Ciphertext a, Ciphertext destination)
    {
        destination.Resize(a.Size, a.PrimeCount - 1, a.Degree);
        _workers.Run(a.Size, new PrepareStep(this, a));
        _workers.Run(a.Size * destination.PrimeCount, new DivideStep(this, a, destination));
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
    /// <param name="worker">Whose scratch memory.</param>
    /// <param name="last">Which prime is divided by.</param>
    /// <param name="prime">Which is left.</param>
    /// <param name="prepared">As <see cref="Prepare"/> left them.</param>
    /// <param name="values">Residues.</param>
    /// <param name="destination">Overwritten; may be the values.</param>
    public void Divide(int worker, int last, int prime, ReadOnlySpan<ulong> prepared, ReadOnlySpan<ulong> values, Span<ulong> destination)
    {
        var modulus = _context.Moduli[prime];
        var other = _other.AsSpan(worker * _context.Degree, _context.Degree);
        ResidueLoops.ReduceLazily(modulus, prepared, _halves[last][prime], other);
        _context.Transforms[prime].Forward(other);
        ResidueLoops.SubtractMultiply(modulus, values, other, _inverses[last][prime], destination);
    }

    private Span<ulong> Last(int polynomial) => _last.AsSpan(polynomial * _context.Degree, _context.Degree);

    private readonly struct PrepareStep(LastPrimeDivision owner, Ciphertext a) : IPrimeStep
    {
        public void Run(int worker, int item)
        {
            var last = owner.Last(item);
            a.Residues(item, a.PrimeCount - 1).CopyTo(last);
            owner.Prepare(a.PrimeCount - 1, last);
        }
    }

    private readonly struct DivideStep(LastPrimeDivision owner, Ciphertext a, Ciphertext destination) : IPrimeStep
    {
        public void Run(int worker, int item)
        {
            var (polynomial, prime) = (item / destination.PrimeCount, item % destination.PrimeCount);
            owner.Divide(worker, a.PrimeCount - 1, prime, owner.Last(polynomial), a.Residues(polynomial, prime), destination.Residues(polynomial, prime));
        }
    }
}
