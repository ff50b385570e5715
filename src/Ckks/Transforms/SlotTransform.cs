using System.Numerics;
using System.Runtime.Intrinsics;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>Between the N/2 numbers in a plaintext's slots and the N real coefficients of its polynomial: the canonical embedding, and back.</summary>
/// <remarks>
/// CKKS (Cheon, Kim, Kim, Song 2017), section 3.2: slot i is the value at zeta^(3^i), zeta = exp(pi sqrt(-1) / N), SEAL's order. Of each pair of conjugate points one has an exponent 4k + 1; at those
/// zeta^(N/2) is sqrt(-1), so with c_j = m_j + sqrt(-1) m_(j+N/2) the value is the sum of (c_j zeta^j) exp(2 pi sqrt(-1) k j / (N/2)): a plain Fourier transform of N/2 twisted numbers.
/// </remarks>
internal sealed class SlotTransform
{
    private readonly int[] _places;
    private readonly bool[] _conjugated;
    private readonly double[] _twistReal;
    private readonly double[] _twistImaginary;
    private readonly double[] _untwistImaginary;
    private readonly FourierTransform _fourier;

    /// <summary>Makes the tables.</summary>
    /// <param name="degree">N.</param>
    public SlotTransform(int degree)
    {
        var (slots, bits) = (degree / 2, BitOperations.Log2((uint)degree) - 1);
        (_places, _conjugated) = (new int[slots], new bool[slots]);
        (_twistReal, _twistImaginary, _untwistImaginary) = (new double[slots], new double[slots], new double[slots]);
        _fourier = new FourierTransform(slots);
        var (exponent, mask) = (1, (2 * degree) - 1);
        for (var i = 0; i < slots; i++, exponent = exponent * 3 & mask)
        {
            _conjugated[i] = (exponent & 3) == 3;
            _places[i] = BitReversal.Of(((_conjugated[i] ? (2 * degree) - exponent : exponent) - 1) / 4, bits);
            (_twistImaginary[i], _twistReal[i]) = Math.SinCos(Math.PI * i / degree);
            _untwistImaginary[i] = -_twistImaginary[i];
        }
    }

    /// <summary>Slots to N/2 times the coefficients.</summary>
    /// <param name="slots">At most N/2; the rest is zero.</param>
    /// <param name="coefficients">N, overwritten.</param>
    /// <param name="lanes">The most doubles side by side.</param>
    public void ToCoefficients(ReadOnlySpan<Complex> slots, Span<double> coefficients, int lanes = 8)
    {
        var half = coefficients.Length / 2;
        var real = coefficients[..half];
        var imaginary = coefficients[half..];
        coefficients.Clear();
        for (var i = 0; i < slots.Length; i++)
        {
            (real[_places[i]], imaginary[_places[i]]) = (slots[i].Real, _conjugated[i] ? -slots[i].Imaginary : slots[i].Imaginary);
        }

        Untwist(real, imaginary, lanes);
    }

    /// <summary>Slots that are real numbers to N/2 times the coefficients.</summary>
    /// <param name="slots">At most N/2; the rest is zero.</param>
    /// <param name="coefficients">N, overwritten.</param>
    /// <param name="lanes">The most doubles side by side.</param>
    public void ToCoefficients(ReadOnlySpan<double> slots, Span<double> coefficients, int lanes = 8)
    {
        var half = coefficients.Length / 2;
        var real = coefficients[..half];
        var imaginary = coefficients[half..];
        coefficients.Clear();
        for (var i = 0; i < slots.Length; i++)
        {
            real[_places[i]] = slots[i];
        }

        Untwist(real, imaginary, lanes);
    }

    /// <summary>Coefficients to slots.</summary>
    /// <param name="coefficients">N; what they were is lost.</param>
    /// <param name="slots">At most N/2, overwritten.</param>
    /// <param name="lanes">The most doubles side by side.</param>
    public void ToSlots(Span<double> coefficients, Span<Complex> slots, int lanes = 8)
    {
        var half = coefficients.Length / 2;
        var real = coefficients[..half];
        var imaginary = coefficients[half..];
        Twist(real, imaginary, _twistImaginary, lanes);
        _fourier.ToReversed(real, imaginary, lanes);
        for (var i = 0; i < slots.Length; i++)
        {
            var at = _places[i];
            slots[i] = new Complex(real[at], _conjugated[i] ? -imaginary[at] : imaginary[at]);
        }
    }

    // With the parts exchanged, the transform is N/2 times its inverse.
    private void Untwist(Span<double> real, Span<double> imaginary, int lanes)
    {
        _fourier.FromReversed(imaginary, real, lanes);
        Twist(real, imaginary, _untwistImaginary, lanes);
    }

    private void Twist(Span<double> real, Span<double> imaginary, double[] sines, int lanes)
    {
        if (lanes >= 8 && Vector512.IsHardwareAccelerated)
        {
            NumberLoops<Vector512<double>, NumberLanes512>.Twist(real, imaginary, _twistReal, sines);
        }
        else if (lanes >= 4 && Vector256.IsHardwareAccelerated)
        {
            NumberLoops<Vector256<double>, NumberLanes256>.Twist(real, imaginary, _twistReal, sines);
        }
        else
        {
            NumberLoops<double, NumberLanes64>.Twist(real, imaginary, _twistReal, sines);
        }
    }
}
