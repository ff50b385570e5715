using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Turns c s' into a pair under s.</summary>
/// <remarks>
/// RNS key switching with one special prime (Cheon, Han, Kim, Kim, Song 2018, section 4; the digits are the residues): every residue is brought to every prime, multiplied with its entry of the key, and the sum divided by the special prime, rounding. SEAL's words at every level.
/// </remarks>
internal sealed class KeySwitch
{
    private readonly CkksContext _context;
    private readonly LastPrimeDivision _division;
    private readonly ulong[] _digits;
    private readonly ulong[] _operand;
    private readonly ulong[] _special;
    private readonly ulong[] _sums;

    /// <summary>Makes the scratch memory.</summary>
    /// <param name="context">With a special prime.</param>
    /// <param name="division">Of the same evaluator.</param>
    public KeySwitch(CkksContext context, LastPrimeDivision division)
    {
        (_context, _division) = (context, division);
        (_digits, _operand, _special) = (new ulong[context.DataPrimeCount * context.Degree], new ulong[context.Degree], new ulong[2 * context.Degree]);
        _sums = new ulong[2 * context.Degree];
    }

    /// <summary>Adds the pair that encrypts <paramref name="target"/> s'.</summary>
    /// <param name="target">Residues of the level's primes, transformed.</param>
    /// <param name="key">From s' to s.</param>
    /// <param name="destination">Size 2 at the level: added to.</param>
    public void AddTo(ReadOnlySpan<ulong> target, SwitchingKey key, Ciphertext destination)
    {
        var (level, degree, special) = (destination.PrimeCount, _context.Degree, _context.PrimeCount - 1);
        var quotients = key.Prepare(_context);
        target.CopyTo(_digits);
        for (var digit = 0; digit < level; digit++)
        {
            _context.Transforms[digit].Inverse(_digits.AsSpan(digit * degree, degree));
        }

        Accumulate(target, key, quotients, special, level, _special);
        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            var rest = _special.AsSpan(polynomial * degree, degree);
            ResidueLoops.Settle(_context.SpecialModulus, rest);
            _division.Prepare(special, rest);
        }

        for (var prime = 0; prime < level; prime++)
        {
            var modulus = _context.Moduli[prime];
            Accumulate(target, key, quotients, prime, level, _sums);
            for (var polynomial = 0; polynomial < 2; polynomial++)
            {
                var sum = _sums.AsSpan(polynomial * degree, degree);
                _division.Divide(special, prime, _special.AsSpan(polynomial * degree, degree), sum, sum);
                var words = destination.Residues(polynomial, prime);
                ResidueLoops.Add(modulus, words, sum, words);
            }
        }
    }

    /// <summary>The sums of one prime, both polynomials, below 8 q.</summary>
    private void Accumulate(ReadOnlySpan<ulong> target, SwitchingKey key, ulong[][] quotients, int prime, int level, Span<ulong> sums)
    {
        var degree = _context.Degree;
        var modulus = _context.Moduli[prime];
        for (var digit = 0; digit < level; digit++)
        {
            ReadOnlySpan<ulong> operand = target.Slice(digit * degree, degree);
            if (digit != prime)
            {
                ResidueLoops.ReduceLazily(modulus, _digits.AsSpan(digit * degree, degree), 0, _operand);
                _context.Transforms[prime].Forward(_operand);
                operand = _operand;
            }

            for (var polynomial = 0; polynomial < 2; polynomial++)
            {
                var at = ((polynomial * _context.PrimeCount) + prime) * degree;
                ResidueLoops.MultiplyShoupAddLazily(
                    modulus, operand, key.Entries[digit].Residues(polynomial, prime), quotients[digit].AsSpan(at, degree), digit == 0, sums.Slice(polynomial * degree, degree));
            }
        }
    }
}
