using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PrivacyGrains.Ckks.Modular.Lanes;

/// <summary><see cref="ResidueLoops"/> at one width.</summary>
/// <remarks>
/// Lengths are whole numbers of lanes. Products of two variables: Barrett with shifted operands (HEXL's way, Boemer et al. 2021, section 4.2): with b bits of q, c = floor(x y / 2^b) by one high product of x 2^(64-b), the quotient by another with floor(2^(63+b) / q).
/// Each high product may be 2 short and each floor 1, in units that are at most 2 q: the rest is below 10 q, and 16 q fit a word.
/// </remarks>
internal static class LaneLoops<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, IWordLanes<TVector>
{
    public static void Add(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        var q = TLanes.Of(modulus.Value);
        ref var x = ref First(a, destination.Length);
        ref var y = ref First(b, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var sum = TLanes.Add(TLanes.Load(ref x, i), TLanes.Load(ref y, i));
            TLanes.Store(TLanes.Min(sum, TLanes.Subtract(sum, q)), ref z, i);
        }
    }

    public static void Subtract(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        var q = TLanes.Of(modulus.Value);
        ref var x = ref First(a, destination.Length);
        ref var y = ref First(b, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var difference = TLanes.Subtract(TLanes.Load(ref x, i), TLanes.Load(ref y, i));
            TLanes.Store(TLanes.Min(difference, TLanes.Add(difference, q)), ref z, i);
        }
    }

    public static void Negate(Modulus modulus, ReadOnlySpan<ulong> a, Span<ulong> destination)
    {
        var (q, zero) = (TLanes.Of(modulus.Value), TLanes.Of(0));
        ref var x = ref First(a, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var opposite = TLanes.Subtract(zero, TLanes.Load(ref x, i));
            TLanes.Store(TLanes.Min(opposite, TLanes.Add(opposite, q)), ref z, i);
        }
    }

    public static void AddScalar(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        var (q, s) = (TLanes.Of(modulus.Value), TLanes.Of(scalar));
        ref var x = ref First(a, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var sum = TLanes.Add(TLanes.Load(ref x, i), s);
            TLanes.Store(TLanes.Min(sum, TLanes.Subtract(sum, q)), ref z, i);
        }
    }

    public static void Multiply(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        var barrett = new Barrett(modulus);
        ref var x = ref First(a, destination.Length);
        ref var y = ref First(b, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            TLanes.Store(barrett.Reduce(barrett.Multiply(TLanes.Load(ref x, i), TLanes.Load(ref y, i))), ref z, i);
        }
    }

    public static void MultiplyAdd(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        var barrett = new Barrett(modulus);
        ref var x = ref First(a, destination.Length);
        ref var y = ref First(b, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var sum = TLanes.Add(barrett.Multiply(TLanes.Load(ref x, i), TLanes.Load(ref y, i)), TLanes.Load(ref z, i));
            TLanes.Store(barrett.Reduce(sum), ref z, i);
        }
    }

    public static void Tensor(
        Modulus modulus, ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, ReadOnlySpan<ulong> b0, ReadOnlySpan<ulong> b1, Span<ulong> first, Span<ulong> second, Span<ulong> third)
    {
        var barrett = new Barrett(modulus);
        var length = first.Length;
        ref var x0 = ref First(a0, length);
        ref var x1 = ref First(a1, length);
        ref var y0 = ref First(b0, length);
        ref var y1 = ref First(b1, length);
        ref var z0 = ref First(first, length);
        ref var z1 = ref First(second, length);
        ref var z2 = ref First(third, length);
        for (nuint i = 0; i < (nuint)length; i += (nuint)TLanes.Count)
        {
            var (p, q, r, s) = (TLanes.Load(ref x0, i), TLanes.Load(ref x1, i), TLanes.Load(ref y0, i), TLanes.Load(ref y1, i));
            TLanes.Store(barrett.Reduce(barrett.Multiply(p, r)), ref z0, i);
            TLanes.Store(barrett.Reduce(barrett.Multiply(q, s)), ref z2, i);
            var cross = barrett.Multiply(p, s);
            cross = TLanes.Min(cross, TLanes.Subtract(cross, barrett.Eight));
            // Both below 8 q and 10 q would not fit: one more is taken from the other.
            var other = barrett.Multiply(q, r);
            other = TLanes.Min(other, TLanes.Subtract(other, barrett.Eight));
            TLanes.Store(barrett.Reduce(TLanes.Add(cross, other)), ref z1, i);
        }
    }

    public static void MultiplyScalar(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        var factor = new Factor(modulus, scalar);
        ref var x = ref First(a, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            TLanes.Store(factor.Reduce(factor.Multiply(TLanes.Load(ref x, i))), ref z, i);
        }
    }

    /// <summary>destination = destination + a scalar, all of it below 8 q: a destination that began so ends so. For sums of many products that are reduced once.</summary>
    public static void MultiplyScalarAddLazily(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        var factor = new Factor(modulus, scalar);
        var eight = TLanes.Of(8 * modulus.Value);
        ref var x = ref First(a, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var sum = TLanes.Add(TLanes.Load(ref z, i), factor.Multiply(TLanes.Load(ref x, i)));
            TLanes.Store(TLanes.Min(sum, TLanes.Subtract(sum, eight)), ref z, i);
        }
    }

    /// <summary>destination = destination + a b with Shoup's quotients of b, all below 8 q as above; or only the product, below 4 q, where <paramref name="isFirst"/>.</summary>
    public static void MultiplyShoupAddLazily(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> quotients, bool isFirst, Span<ulong> destination)
    {
        var (q, eight) = (TLanes.Of(modulus.Value), TLanes.Of(8 * modulus.Value));
        ref var x = ref First(a, destination.Length);
        ref var y = ref First(b, destination.Length);
        ref var w = ref First(quotients, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var (value, quotient) = (TLanes.Load(ref x, i), TLanes.Load(ref w, i));
            var estimate = TLanes.MultiplyHigh(value, quotient, TLanes.HighHalf(quotient));
            var product = TLanes.Subtract(TLanes.MultiplyLow(value, TLanes.Load(ref y, i)), TLanes.MultiplyLow(estimate, q));
            if (!isFirst)
            {
                product = TLanes.Add(product, TLanes.Load(ref z, i));
                product = TLanes.Min(product, TLanes.Subtract(product, eight));
            }

            TLanes.Store(product, ref z, i);
        }
    }

    /// <summary>What is below 16 q to residues.</summary>
    public static void Settle(Modulus modulus, Span<ulong> values)
    {
        var barrett = new Barrett(modulus);
        ref var z = ref MemoryMarshal.GetReference(values);
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)TLanes.Count)
        {
            TLanes.Store(barrett.Reduce(TLanes.Load(ref z, i)), ref z, i);
        }
    }

    /// <summary>Any words, reduced to below 4 q, plus a residue: below 5 q.</summary>
    public static void ReduceLazily(Modulus modulus, ReadOnlySpan<ulong> words, ulong addend, Span<ulong> destination)
    {
        var (q, ratio, more) = (TLanes.Of(modulus.Value), TLanes.Of(modulus.WordRatio), TLanes.Of(addend));
        var ratioHigh = TLanes.HighHalf(ratio);
        ref var x = ref First(words, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var word = TLanes.Load(ref x, i);
            TLanes.Store(TLanes.Add(TLanes.Subtract(word, TLanes.MultiplyLow(TLanes.MultiplyHigh(word, ratio, ratioHigh), q)), more), ref z, i);
        }
    }

    /// <summary>(values - others) factor: what is divided by a dropped prime. The others may be below 4 q.</summary>
    public static void SubtractMultiply(Modulus modulus, ReadOnlySpan<ulong> values, ReadOnlySpan<ulong> others, ulong scalar, Span<ulong> destination)
    {
        var factor = new Factor(modulus, scalar);
        var four = TLanes.Of(4 * modulus.Value);
        ref var x = ref First(values, destination.Length);
        ref var y = ref First(others, destination.Length);
        ref var z = ref MemoryMarshal.GetReference(destination);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            var difference = TLanes.Add(TLanes.Subtract(TLanes.Load(ref x, i), TLanes.Load(ref y, i)), four);
            TLanes.Store(factor.Reduce(factor.Multiply(difference)), ref z, i);
        }
    }

    public static void Permute(ReadOnlySpan<ulong> source, ReadOnlySpan<int> places, Span<ulong> destination)
    {
        ref var x = ref First(source, destination.Length);
        ref var p = ref MemoryMarshal.GetReference(places);
        ref var z = ref MemoryMarshal.GetReference(destination);
        ArgumentOutOfRangeException.ThrowIfLessThan(places.Length, destination.Length);
        for (nuint i = 0; i < (nuint)destination.Length; i += (nuint)TLanes.Count)
        {
            TLanes.Store(TLanes.Gather(ref x, ref p, i), ref z, i);
        }
    }

    private static ref ulong First(ReadOnlySpan<ulong> span, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span.Length, length);
        return ref MemoryMarshal.GetReference(span);
    }

    /// <summary>A fixed factor with Shoup's quotient.</summary>
    internal readonly struct Factor
    {
        private readonly TVector _q;
        private readonly TVector _two;
        private readonly TVector _value;
        private readonly TVector _quotient;
        private readonly TVector _quotientHigh;

        public Factor(Modulus modulus, ulong value)
        {
            (_q, _two, _value, _quotient) = (TLanes.Of(modulus.Value), TLanes.Of(2 * modulus.Value), TLanes.Of(value), TLanes.Of(modulus.ShoupQuotient(value)));
            _quotientHigh = TLanes.HighHalf(_quotient);
        }

        /// <summary>Any word times the factor, below 4 q.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Multiply(TVector a) => TLanes.Subtract(TLanes.MultiplyLow(a, _value), TLanes.MultiplyLow(TLanes.MultiplyHigh(a, _quotient, _quotientHigh), _q));

        /// <summary>From below 4 q to a residue.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Reduce(TVector a)
        {
            a = TLanes.Min(a, TLanes.Subtract(a, _two));
            return TLanes.Min(a, TLanes.Subtract(a, _q));
        }
    }

    /// <summary>Products of two variables.</summary>
    internal readonly struct Barrett
    {
        private readonly int _shift;
        private readonly TVector _q;
        private readonly TVector _two;
        private readonly TVector _four;
        private readonly TVector _ratio;
        private readonly TVector _ratioHigh;

        public Barrett(Modulus modulus)
        {
            _shift = 64 - modulus.BitCount;
            (_q, _two, _four, Eight) = (TLanes.Of(modulus.Value), TLanes.Of(2 * modulus.Value), TLanes.Of(4 * modulus.Value), TLanes.Of(8 * modulus.Value));
            // floor(2^(63+b) / q), from floor(2^128 / q).
            _ratio = TLanes.Of((ulong)(new UInt128(modulus.WordRatio, modulus.LowRatio) >> (65 - modulus.BitCount)));
            _ratioHigh = TLanes.HighHalf(_ratio);
        }

        public TVector Eight { get; }

        /// <summary>A product of residues, below 10 q.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Multiply(TVector a, TVector b)
        {
            var top = TLanes.ShiftLeft(TLanes.MultiplyHigh(TLanes.ShiftLeft(a, _shift), b, TLanes.HighHalf(b)), 1);
            return TLanes.Subtract(TLanes.MultiplyLow(a, b), TLanes.MultiplyLow(TLanes.MultiplyHigh(top, _ratio, _ratioHigh), _q));
        }

        /// <summary>From below 16 q to a residue.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Reduce(TVector a)
        {
            a = TLanes.Min(a, TLanes.Subtract(a, Eight));
            a = TLanes.Min(a, TLanes.Subtract(a, _four));
            a = TLanes.Min(a, TLanes.Subtract(a, _two));
            return TLanes.Min(a, TLanes.Subtract(a, _q));
        }
    }
}
