using System.Runtime.Intrinsics;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The complex discrete Fourier transform of a power of two, real and imaginary parts apart: X_k = sum x_j exp(2 pi sqrt(-1) k j / n). One side is in bit-reversed order, which whoever places the numbers does by the way.</summary>
/// <remarks>Radix 2 (Cooley, Tukey 1965; Gentleman, Sande 1966). Roots by sine and cosine of each angle, not by products: errors stay at a few units of the last place times the logarithm of n. Thread-safe.</remarks>
internal sealed class FourierTransform
{
    private readonly int _length;
    private readonly double[] _cosines;
    private readonly double[] _sines;

    /// <summary>Makes the tables.</summary>
    /// <param name="length">n, a power of two, at least 8.</param>
    public FourierTransform(int length)
    {
        _length = length;
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

    private delegate void Layer(Span<double> lowReal, Span<double> lowImaginary, Span<double> highReal, Span<double> highImaginary, ReadOnlySpan<double> c, ReadOnlySpan<double> s);

    /// <summary>Transforms in place, from bit-reversed order to natural.</summary>
    /// <param name="real">n real parts.</param>
    /// <param name="imaginary">n imaginary parts. With the parts exchanged this is n times the inverse.</param>
    /// <param name="lanes">The most doubles side by side.</param>
    public void FromReversed(Span<double> real, Span<double> imaginary, int lanes = 8)
    {
        FirstTwoLayers(real, imaginary);
        for (var half = 4; half < _length; half *= 2)
        {
            Run(half, real, imaginary, lanes, NumberLoops<Vector512<double>, NumberLanes512>.TwistThenAdd, NumberLoops<Vector256<double>, NumberLanes256>.TwistThenAdd, NumberLoops<double, NumberLanes64>.TwistThenAdd);
        }
    }

    /// <summary>Transforms in place, from natural order to bit-reversed.</summary>
    /// <param name="real">n real parts.</param>
    /// <param name="imaginary">n imaginary parts.</param>
    /// <param name="lanes">The most doubles side by side.</param>
    public void ToReversed(Span<double> real, Span<double> imaginary, int lanes = 8)
    {
        for (var half = _length / 2; half >= 4; half /= 2)
        {
            Run(half, real, imaginary, lanes, NumberLoops<Vector512<double>, NumberLanes512>.AddThenTwist, NumberLoops<Vector256<double>, NumberLanes256>.AddThenTwist, NumberLoops<double, NumberLanes64>.AddThenTwist);
        }

        LastTwoLayers(real, imaginary);
    }

    private void Run(int half, Span<double> real, Span<double> imaginary, int lanes, Layer eight, Layer four, Layer one)
    {
        var layer = half >= 8 && lanes >= 8 && Vector512.IsHardwareAccelerated ? eight : half >= 4 && lanes >= 4 && Vector256.IsHardwareAccelerated ? four : one;
        for (var start = 0; start < _length; start += 2 * half)
        {
            layer(
                real.Slice(start, half), imaginary.Slice(start, half), real.Slice(start + half, half), imaginary.Slice(start + half, half),
                _cosines.AsSpan(half, half), _sines.AsSpan(half, half));
        }
    }

    // Half-lengths 1 and 2: the roots are 1 and sqrt(-1), and nothing is multiplied.
    private static void FirstTwoLayers(Span<double> real, Span<double> imaginary)
    {
        for (var i = 0; i + 3 < real.Length; i += 4)
        {
            var r = real.Slice(i, 4);
            var m = imaginary.Slice(i, 4);
            var (sumReal, sumImaginary, differenceReal, differenceImaginary) = (r[0] + r[1], m[0] + m[1], r[0] - r[1], m[0] - m[1]);
            var (otherReal, otherImaginary, oddReal, oddImaginary) = (r[2] + r[3], m[2] + m[3], r[2] - r[3], m[2] - m[3]);
            (r[0], m[0], r[2], m[2]) = (sumReal + otherReal, sumImaginary + otherImaginary, sumReal - otherReal, sumImaginary - otherImaginary);
            (r[1], m[1], r[3], m[3]) = (differenceReal - oddImaginary, differenceImaginary + oddReal, differenceReal + oddImaginary, differenceImaginary - oddReal);
        }
    }

    private static void LastTwoLayers(Span<double> real, Span<double> imaginary)
    {
        for (var i = 0; i + 3 < real.Length; i += 4)
        {
            var r = real.Slice(i, 4);
            var m = imaginary.Slice(i, 4);
            var (sumReal, sumImaginary, differenceReal, differenceImaginary) = (r[0] + r[2], m[0] + m[2], r[0] - r[2], m[0] - m[2]);
            var (otherReal, otherImaginary, oddReal, oddImaginary) = (r[1] + r[3], m[1] + m[3], r[1] - r[3], m[1] - m[3]);
            (r[0], m[0], r[1], m[1]) = (sumReal + otherReal, sumImaginary + otherImaginary, sumReal - otherReal, sumImaginary - otherImaginary);
            (r[2], m[2], r[3], m[3]) = (differenceReal - oddImaginary, differenceImaginary + oddReal, differenceReal + oddImaginary, differenceImaginary - oddReal);
        }
    }
}
