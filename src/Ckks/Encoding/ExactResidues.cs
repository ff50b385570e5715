using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Encoding;

/// <summary>Whole numbers in doubles to residues, exactly, however large they are.</summary>
internal static class ExactResidues
{
    private const double LongLimit = 4611686018427387904; // 2^62

    /// <summary>Takes residues.</summary>
    /// <param name="modulus">The prime.</param>
    /// <param name="numbers">Whole.</param>
    /// <param name="largest">The largest magnitude among them.</param>
    /// <param name="residues">As many, overwritten.</param>
    public static void Of(Modulus modulus, ReadOnlySpan<double> numbers, double largest, Span<ulong> residues)
    {
        if (largest < LongLimit)
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                residues[i] = modulus.Reduce((long)numbers[i]);
            }

            return;
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            residues[i] = Large(modulus, numbers[i]);
        }
    }

    /// <summary>The residue of one whole number.</summary>
    /// <param name="modulus">The prime.</param>
    /// <param name="number">Whole and finite.</param>
    /// <returns>A residue.</returns>
    public static ulong Of(Modulus modulus, double number) => Math.Abs(number) < LongLimit ? modulus.Reduce((long)number) : Large(modulus, number);

    private static ulong Large(Modulus modulus, double number)
    {
        if (Math.Abs(number) < LongLimit)
        {
            return modulus.Reduce((long)number);
        }

        var exponent = Math.ILogB(number) - 52;
        var mantissa = (long)Math.ScaleB(number, -exponent);
        return modulus.Multiply(modulus.Reduce(mantissa), modulus.Power(2, (ulong)exponent));
    }
}
