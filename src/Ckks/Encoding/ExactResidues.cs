using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
            // A multiple of the prime makes every number positive, and what is reduced fits a word.
            var offset = modulus.Value * ((ulong)LongLimit / modulus.Value + 1);
            Shifted(numbers, offset, residues);
            ResidueLoops.ReduceLazily(modulus, residues, 0, residues);
            ResidueLoops.Settle(modulus, residues);
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

    private static void Shifted(ReadOnlySpan<double> numbers, ulong offset, Span<ulong> words)
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            ref var first = ref MemoryMarshal.GetReference(numbers);
            for (; i <= numbers.Length - Vector512<double>.Count; i += Vector512<double>.Count)
            {
                (Vector512.ConvertToInt64Native(Vector512.LoadUnsafe(ref first, (nuint)i)).AsUInt64() + Vector512.Create(offset)).CopyTo(words[i..]);
            }
        }

        for (; i < numbers.Length; i++)
        {
            words[i] = unchecked((ulong)double.ConvertToIntegerNative<long>(numbers[i]) + offset);
        }
    }

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
