using System.Runtime.CompilerServices;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Encoding;

/// <summary>Residues back to signed numbers, as doubles: the value nearest zero, exact up to the last rounding.</summary>
/// <remarks>Garner's mixed radix (Knuth, TAOCP 2, section 4.3.2): digits d_i with x = d_0 + d_1 q_0 + d_2 q_0 q_1 + ...; those of (Q - x) where x is above Q/2. So a small number loses nothing under a large modulus.</remarks>
internal sealed class ResidueComposer
{
    private static readonly ConditionalWeakTable<CkksContext, ResidueComposer?[]> Known = [];

    private readonly CkksContext _context;
    private readonly Modulus[] _moduli;
    private readonly ulong[][] _inverses; // [i][j]: 1 / q_j modulo q_i
    private readonly ulong[] _half; // mixed-radix digits of floor(Q / 2)
    private readonly double[] _weights;

    private ResidueComposer(CkksContext context, int primeCount)
    {
        _context = context;
        _moduli = [.. context.Moduli.Take(primeCount)];
        _inverses = [.. _moduli.Select((m, i) => _moduli.Take(i).Select(q => m.Invert(m.Reduce(q.Value))).ToArray())];
        _weights = new double[primeCount];
        var product = System.Numerics.BigInteger.One;
        for (var i = 0; i < primeCount; i++)
        {
            _weights[i] = (double)product;
            product *= _moduli[i].Value;
        }

        _half = new ulong[primeCount];
        for (var (i, rest) = (0, product / 2); i < primeCount; i++, rest /= _moduli[i - 1].Value)
        {
            _half[i] = (ulong)(rest % _moduli[i].Value);
        }
    }

    /// <summary>The composer of a level.</summary>
    public static ResidueComposer For(CkksContext context, int primeCount)
    {
        var table = Known.GetValue(context, static c => new ResidueComposer?[c.PrimeCount + 1])!;
        return table[primeCount] ??= new ResidueComposer(context, primeCount);
    }

    /// <summary>Composes all coefficients of a plaintext.</summary>
    /// <param name="plaintext">In transformed form; itself changes nothing.</param>
    /// <param name="factor">What each is multiplied by.</param>
    /// <param name="coefficients">N, overwritten.</param>
    public void Compose(Plaintext plaintext, double factor, Span<double> coefficients)
    {
        var (count, degree) = (_moduli.Length, _context.Degree);
        using var scratch = new SecretScratch<ulong>(count * degree);
        var words = scratch.Span;
        plaintext.Words.CopyTo(words);
        for (var prime = 0; prime < count; prime++)
        {
            _context.Transforms[prime].Inverse(words.Slice(prime * degree, degree));
        }

        Span<ulong> digits = stackalloc ulong[count];
        for (var at = 0; at < degree; at++)
        {
            for (var i = 0; i < count; i++)
            {
                var digit = words[(i * degree) + at];
                for (var j = 0; j < i; j++)
                {
                    digit = _moduli[i].Multiply(_moduli[i].Subtract(digit, _moduli[i].Reduce(digits[j])), _inverses[i][j]);
                }

                digits[i] = digit;
            }

            coefficients[at] = Signed(digits) * factor;
        }

        digits.Clear();
    }

    private double Signed(Span<ulong> digits)
    {
        var negative = false;
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            if (digits[i] != _half[i])
            {
                negative = digits[i] > _half[i];
                break;
            }
        }

        if (negative)
        {
            // Q - x, digit by digit with a borrow: Q - 1 has every digit at its largest.
            var borrow = 1UL;
            for (var i = 0; i < digits.Length; i++)
            {
                digits[i] = _moduli[i].Value - 1 - digits[i] + borrow;
                borrow = digits[i] == _moduli[i].Value ? 1UL : 0;
                digits[i] = borrow == 1 ? 0 : digits[i];
            }
        }

        var sum = 0.0;
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            sum += digits[i] * _weights[i];
        }

        return negative ? -sum : sum;
    }
}
