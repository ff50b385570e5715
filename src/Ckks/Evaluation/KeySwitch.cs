using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Turns c s' into a pair under s.</summary>
/// <remarks>RNS key switching with one special prime (Cheon, Han, Kim, Kim, Song 2018, section 4; the digits are the residues): every residue is brought to every prime, multiplied with its entry of the key, and the sum divided by the special prime, rounding. SEAL's words at every level.</remarks>
/// <param name="context">With a special prime.</param>
internal sealed class KeySwitch(CkksContext context)
{
    private readonly ulong[] _digits = new ulong[context.DataPrimeCount * context.Degree];
    private readonly ulong[] _other = new ulong[context.Degree];
    private readonly ulong[] _sums = new ulong[2 * context.PrimeCount * context.Degree];

    /// <summary>Adds the pair that encrypts <paramref name="target"/> s'.</summary>
    /// <param name="target">Residues of the level's primes, transformed.</param>
    /// <param name="key">From s' to s.</param>
    /// <param name="destination">Size 2 at the level: added to.</param>
    public void AddTo(ReadOnlySpan<ulong> target, SwitchingKey key, Ciphertext destination)
    {
        var (level, degree) = (destination.PrimeCount, context.Degree);
        var special = context.PrimeCount - 1;
        target.CopyTo(_digits);
        for (var j = 0; j < level; j++)
        {
            context.Transforms[j].Inverse(_digits.AsSpan(j * degree, degree));
        }

        _sums.AsSpan().Clear();
        for (var i = 0; i <= level; i++)
        {
            var prime = i == level ? special : i;
            for (var j = 0; j < level; j++)
            {
                Accumulate(target, key.Entries[j], prime, i, j, level);
            }
        }

        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            DivideBySpecial(polynomial, level, destination);
        }
    }

    private Span<ulong> Sum(int polynomial, int place) => _sums.AsSpan(((polynomial * context.PrimeCount) + place) * context.Degree, context.Degree);

    private void Accumulate(ReadOnlySpan<ulong> target, Ciphertext entry, int prime, int place, int digit, int level)
    {
        var degree = context.Degree;
        var modulus = context.Moduli[prime];
        ReadOnlySpan<ulong> operand = _other;
        if (digit == prime)
        {
            operand = target.Slice(digit * degree, degree);
        }
        else
        {
            ResidueLoops.Reduce(modulus, _digits.AsSpan(digit * degree, degree), _other);
            context.Transforms[prime].Forward(_other);
        }

        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            ResidueLoops.MultiplyAdd(modulus, operand, entry.Residues(polynomial, prime), Sum(polynomial, place));
        }
    }

    private void DivideBySpecial(int polynomial, int level, Ciphertext destination)
    {
        var special = context.PrimeCount - 1;
        var last = context.Moduli[special];
        var rest = Sum(polynomial, level);
        context.Transforms[special].Inverse(rest);
        foreach (ref var word in rest)
        {
            word = last.Add(word, last.Value >> 1);
        }

        for (var prime = 0; prime < level; prime++)
        {
            var modulus = context.Moduli[prime];
            var half = modulus.Reduce(last.Value >> 1);
            for (var k = 0; k < _other.Length; k++)
            {
                _other[k] = modulus.Subtract(modulus.Reduce(rest[k]), half);
            }

            context.Transforms[prime].Forward(_other);
            var factor = modulus.Invert(modulus.Reduce(last.Value));
            var quotient = modulus.ShoupQuotient(factor);
            var sum = Sum(polynomial, prime);
            var words = destination.Residues(polynomial, prime);
            for (var k = 0; k < _other.Length; k++)
            {
                words[k] = modulus.Add(words[k], modulus.MultiplyShoup(modulus.Subtract(sum[k], _other[k]), factor, quotient));
            }
        }
    }
}
