using System.Runtime.InteropServices;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The loops of <see cref="FourierTransform"/> and the encoder at one width. Lengths are whole numbers of lanes, and all spans of a call are as long as the first.</summary>
internal static class NumberLoops<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, INumberLanes<TVector>
{
    /// <summary>(low, high) becomes (low + w high, low - w high), w = c + sqrt(-1) s: a layer of decimation in time.</summary>
    public static void TwistThenAdd(Span<double> lowReal, Span<double> lowImaginary, Span<double> highReal, Span<double> highImaginary, ReadOnlySpan<double> c, ReadOnlySpan<double> s)
    {
        ref var lr = ref MemoryMarshal.GetReference(lowReal);
        ref var li = ref First(lowImaginary, lowReal.Length);
        ref var hr = ref First(highReal, lowReal.Length);
        ref var hi = ref First(highImaginary, lowReal.Length);
        ref var wr = ref First(c, lowReal.Length);
        ref var wi = ref First(s, lowReal.Length);
        for (nuint i = 0; i < (nuint)lowReal.Length; i += (nuint)TLanes.Count)
        {
            var (x, y, u, v) = (TLanes.Load(ref hr, i), TLanes.Load(ref hi, i), TLanes.Load(ref wr, i), TLanes.Load(ref wi, i));
            var real = TLanes.Subtract(TLanes.Multiply(x, u), TLanes.Multiply(y, v));
            var imaginary = TLanes.Add(TLanes.Multiply(x, v), TLanes.Multiply(y, u));
            var (a, b) = (TLanes.Load(ref lr, i), TLanes.Load(ref li, i));
            TLanes.Store(TLanes.Add(a, real), ref lr, i);
            TLanes.Store(TLanes.Add(b, imaginary), ref li, i);
            TLanes.Store(TLanes.Subtract(a, real), ref hr, i);
            TLanes.Store(TLanes.Subtract(b, imaginary), ref hi, i);
        }
    }

    /// <summary>(low, high) becomes (low + high, w (low - high)): a layer of decimation in frequency.</summary>
    public static void AddThenTwist(Span<double> lowReal, Span<double> lowImaginary, Span<double> highReal, Span<double> highImaginary, ReadOnlySpan<double> c, ReadOnlySpan<double> s)
    {
        ref var lr = ref MemoryMarshal.GetReference(lowReal);
        ref var li = ref First(lowImaginary, lowReal.Length);
        ref var hr = ref First(highReal, lowReal.Length);
        ref var hi = ref First(highImaginary, lowReal.Length);
        ref var wr = ref First(c, lowReal.Length);
        ref var wi = ref First(s, lowReal.Length);
        for (nuint i = 0; i < (nuint)lowReal.Length; i += (nuint)TLanes.Count)
        {
            var (x, y, u, v) = (TLanes.Load(ref hr, i), TLanes.Load(ref hi, i), TLanes.Load(ref wr, i), TLanes.Load(ref wi, i));
            var (a, b) = (TLanes.Load(ref lr, i), TLanes.Load(ref li, i));
            TLanes.Store(TLanes.Add(a, x), ref lr, i);
            TLanes.Store(TLanes.Add(b, y), ref li, i);
            var (real, imaginary) = (TLanes.Subtract(a, x), TLanes.Subtract(b, y));
            TLanes.Store(TLanes.Subtract(TLanes.Multiply(real, u), TLanes.Multiply(imaginary, v)), ref hr, i);
            TLanes.Store(TLanes.Add(TLanes.Multiply(real, v), TLanes.Multiply(imaginary, u)), ref hi, i);
        }
    }

    /// <summary>Each number times w.</summary>
    public static void Twist(Span<double> reals, Span<double> imaginaries, ReadOnlySpan<double> c, ReadOnlySpan<double> s)
    {
        ref var r = ref MemoryMarshal.GetReference(reals);
        ref var m = ref First(imaginaries, reals.Length);
        ref var wr = ref First(c, reals.Length);
        ref var wi = ref First(s, reals.Length);
        for (nuint i = 0; i < (nuint)reals.Length; i += (nuint)TLanes.Count)
        {
            var (x, y, u, v) = (TLanes.Load(ref r, i), TLanes.Load(ref m, i), TLanes.Load(ref wr, i), TLanes.Load(ref wi, i));
            TLanes.Store(TLanes.Subtract(TLanes.Multiply(x, u), TLanes.Multiply(y, v)), ref r, i);
            TLanes.Store(TLanes.Add(TLanes.Multiply(x, v), TLanes.Multiply(y, u)), ref m, i);
        }
    }

    /// <summary>Each number times a factor, rounded.</summary>
    /// <returns>The largest magnitude; not a number where one was not finite.</returns>
    public static double ScaleAndRound(Span<double> numbers, double factor)
    {
        ref var x = ref MemoryMarshal.GetReference(numbers);
        var (f, zero, largest, odd) = (TLanes.Of(factor), TLanes.Of(0), TLanes.Of(0), TLanes.Of(0));
        for (nuint i = 0; i < (nuint)numbers.Length; i += (nuint)TLanes.Count)
        {
            var rounded = TLanes.Round(TLanes.Multiply(TLanes.Load(ref x, i), f));
            TLanes.Store(rounded, ref x, i);
            largest = TLanes.LargerMagnitude(largest, rounded);
            // Zero times what is not finite is not a number, and stays so.
            odd = TLanes.Subtract(odd, TLanes.Multiply(rounded, zero));
        }

        Span<double> rests = stackalloc double[TLanes.Count];
        TLanes.Store(odd, ref MemoryMarshal.GetReference(rests), 0);
        var sum = 0.0;
        foreach (var rest in rests)
        {
            sum += rest;
        }

        return double.IsNaN(sum) ? double.NaN : TLanes.Largest(largest);
    }

    private static ref double First(ReadOnlySpan<double> span, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span.Length, length);
        return ref MemoryMarshal.GetReference(span);
    }
}
