using System.Numerics;
using PrivacyGrains.Ckks.Transforms;

namespace PrivacyGrains.Ckks.Encoding;

/// <summary>Between numbers and plaintexts. Thread-safe.</summary>
/// <remarks>CKKS (Cheon, Kim, Kim, Song 2017), section 3.2, with SEAL's order of slots. Coefficients are rounded half away from zero. Two implementations may differ by the rounding of doubles.</remarks>
public sealed class CkksEncoder
{
    private readonly CkksContext _context;
    private readonly SlotTransform _slots;

    /// <summary>Makes the tables.</summary>
    /// <param name="context">The parameters.</param>
    public CkksEncoder(CkksContext context) => (_context, _slots) = (context, new SlotTransform(context.Degree));

    /// <summary>Encodes real numbers.</summary>
    /// <param name="values">Finite, at most <see cref="CkksContext.SlotCount"/>; the other slots are zero.</param>
    /// <param name="scale">What they are multiplied by; positive and finite.</param>
    /// <param name="primeCount">The level.</param>
    /// <param name="destination">Overwritten.</param>
    /// <exception cref="ArgumentException">Too many or not finite numbers, a scale out of range, or numbers too large for the level.</exception>
    public void Encode(ReadOnlySpan<double> values, double scale, int primeCount, Plaintext destination)
    {
        Check(values.Length, scale, primeCount);
        using var scratch = new SecretScratch<double>(_context.Degree);
        _slots.ToCoefficients(values, scratch.Span);
        ToResidues(scratch.Span, scale, primeCount, destination);
    }

    /// <summary>Encodes complex numbers.</summary>
    /// <param name="values">As for real ones.</param>
    /// <param name="scale">What they are multiplied by.</param>
    /// <param name="primeCount">The level.</param>
    /// <param name="destination">Overwritten.</param>
    /// <exception cref="ArgumentException">As for real ones.</exception>
    public void Encode(ReadOnlySpan<Complex> values, double scale, int primeCount, Plaintext destination)
    {
        Check(values.Length, scale, primeCount);
        using var scratch = new SecretScratch<double>(_context.Degree);
        _slots.ToCoefficients(values, scratch.Span);
        ToResidues(scratch.Span, scale, primeCount, destination);
    }

    /// <summary>Decodes.</summary>
    /// <param name="plaintext">Of these parameters.</param>
    /// <param name="slots">At most <see cref="CkksContext.SlotCount"/>, overwritten.</param>
    public void Decode(Plaintext plaintext, Span<Complex> slots)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots.Length, _context.SlotCount, nameof(slots));
        using var scratch = new SecretScratch<double>(_context.Degree);
        ResidueComposer.For(_context, plaintext.PrimeCount).Compose(plaintext, 1 / plaintext.Scale, scratch.Span);
        _slots.ToSlots(scratch.Span, slots);
    }

    /// <summary>Decodes real parts.</summary>
    /// <param name="plaintext">Of these parameters.</param>
    /// <param name="values">At most <see cref="CkksContext.SlotCount"/>, overwritten.</param>
    public void Decode(Plaintext plaintext, Span<double> values)
    {
        using var scratch = new SecretScratch<double>(2 * values.Length);
        var slots = System.Runtime.InteropServices.MemoryMarshal.Cast<double, Complex>(scratch.Span);
        Decode(plaintext, slots);
        for (var i = 0; i < slots.Length; i++)
        {
            values[i] = slots[i].Real;
        }
    }

    private void ToResidues(Span<double> coefficients, double scale, int primeCount, Plaintext destination)
    {
        // The transform left out a division by the slots: a power of two, so nothing is rounded by it.
        var largest = Rounding.ScaleAndRound(coefficients, scale / _context.SlotCount);
        if (!double.IsFinite(largest))
        {
            throw new ArgumentException("Numbers to encode are finite, also times the scale.", nameof(coefficients));
        }

        if (largest > 0 && Math.ILogB(largest) + 2 > _context.ModulusBits(primeCount))
        {
            throw new ArgumentException($"The numbers times the scale need {Math.ILogB(largest) + 2} bits; the level has {_context.ModulusBits(primeCount)}. Take a smaller scale, smaller numbers or a level with more primes.", nameof(scale));
        }

        destination.Resize(primeCount, _context.Degree);
        destination.Scale = scale;
        for (var prime = 0; prime < primeCount; prime++)
        {
            var residues = destination.Residues(prime);
            ExactResidues.Of(_context.Moduli[prime], coefficients, largest, residues);
            _context.Transforms[prime].Forward(residues);
        }
    }

    private void Check(int count, double scale, int primeCount)
    {
        if (count > _context.SlotCount)
        {
            throw new ArgumentException($"A plaintext has {_context.SlotCount} slots; there are {count} numbers.", nameof(count));
        }

        if (!double.IsFinite(scale) || scale < 1 || Math.ILogB(scale) >= _context.ModulusBits(primeCount))
        {
            throw new ArgumentException($"A scale is at least 1 and below the level's modulus of {_context.ModulusBits(primeCount)} bits; it is {scale:R}.", nameof(scale));
        }
    }
}
