namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The complex discrete Fourier transform of a power of two, real and imaginary parts apart, natural order both ways: X_k = sum x_j exp(2 pi sqrt(-1) k j / n), and its inverse.</summary>
/// <remarks>Decimation in time, radix 2 (Cooley, Tukey 1965). Roots by sine and cosine of each angle, not by products: errors stay at a few units of the last place times the logarithm of n.</remarks>
internal sealed class FourierTransform
{
    private readonly int _length;
    private readonly int[] _reversed;
    private readonly double[] _cosines;
    private readonly double[] _sines;

    /// <summary>Makes the tables.</summary>
    /// <param name="length">n, a power of two.</param>
    public FourierTransform(int length)
    {
        _length = length;
        var bits = System.Numerics.BitOperations.Log2((uint)length);
        _reversed = [.. Enumerable.Range(0, length).Select(i => BitReversal.Of(i, bits))];
        // Stage by stage: those of half-length h begin at h.
        (_cosines, _sines) = (new double[length], new double[length]);
        for (var half = 1; half < length; half *= 2)
        {
            for (var i = 0; i < half; i++)
            {
                (_sines[half + i], _cosines[half + i]) = Math.SinCos(Math.PI * i / half);
            }
        }
    }

    /// <summary>Transforms in place.</summary>
    /// <param name="real">n real parts.</param>
    /// <param name="imaginary">n imaginary parts.</param>
    public void Forward(Span<double> real, Span<double> imaginary)
    {
        Reorder(real);
        Reorder(imaginary);
        for (var half = 1; half < _length; half *= 2)
        {
            ReadOnlySpan<double> cosines = _cosines.AsSpan(half, half);
            ReadOnlySpan<double> sines = _sines.AsSpan(half, half);
            for (var start = 0; start < _length; start += 2 * half)
            {
                Butterflies(real.Slice(start, half), imaginary.Slice(start, half), real.Slice(start + half, half), imaginary.Slice(start + half, half), cosines, sines);
            }
        }
    }

    /// <summary>The inverse, in place, divided by n.</summary>
    /// <param name="real">n real parts.</param>
    /// <param name="imaginary">n imaginary parts.</param>
    public void Inverse(Span<double> real, Span<double> imaginary)
    {
        // With the parts exchanged, the forward transform is n times the inverse.
        Forward(imaginary, real);
        var scale = 1.0 / _length;
        for (var i = 0; i < real.Length; i++)
        {
            (real[i], imaginary[i]) = (real[i] * scale, imaginary[i] * scale);
        }
    }

    private static void Butterflies(Span<double> lowReal, Span<double> lowImaginary, Span<double> highReal, Span<double> highImaginary, ReadOnlySpan<double> cosines, ReadOnlySpan<double> sines)
    {
        for (var i = 0; i < lowReal.Length; i++)
        {
            var real = (highReal[i] * cosines[i]) - (highImaginary[i] * sines[i]);
            var imaginary = (highReal[i] * sines[i]) + (highImaginary[i] * cosines[i]);
            (highReal[i], highImaginary[i]) = (lowReal[i] - real, lowImaginary[i] - imaginary);
            (lowReal[i], lowImaginary[i]) = (lowReal[i] + real, lowImaginary[i] + imaginary);
        }
    }

    private void Reorder(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var at = _reversed[i];
            if (i < at)
            {
                (values[i], values[at]) = (values[at], values[i]);
            }
        }
    }
}
