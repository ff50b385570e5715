using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Transforms;

/// <summary>The layers of a transform whose gap is at least as wide as the lanes, two at a time: half of the passes over memory.</summary>
/// <remarks>
/// Harvey 2014, section 3, with more room: primes have at most 60 bits, so a word holds 16 q. A product by Shoup's quotient is below 4 q (its estimate may be 2 short).
/// Forward: what is added to is brought below 8 q once for every two layers, so values stay below 16 q. Inverse: values stay below 4 q between passes.
/// </remarks>
internal static class TransformKernel<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, IWordLanes<TVector>
{
    /// <summary>Forward layers from the widest gap down to the narrowest that lanes fill.</summary>
    /// <param name="tables">The prime's.</param>
    /// <param name="values">Below 16 q; so afterwards.</param>
    /// <param name="narrowest">The last gap, at least the width of the lanes.</param>
    public static void Forward(TransformTables tables, Span<ulong> values, int narrowest)
    {
        ref var data = ref MemoryMarshal.GetReference(values);
        var (blocks, gap) = (1, tables.Degree / 2);
        var layers = System.Numerics.BitOperations.Log2((uint)(gap / narrowest)) + 1;
        if (layers % 2 != 0)
        {
            ForwardLayer(tables, ref data, blocks, gap);
            (blocks, gap) = (2 * blocks, gap / 2);
        }

        for (; gap > narrowest; blocks *= 4, gap /= 4)
        {
            for (var block = 0; block < blocks; block++)
            {
                ForwardPair(tables, ref Unsafe.Add(ref data, 2 * block * gap), blocks + block, gap / 2);
            }
        }
    }

    /// <summary>Inverse layers from the narrowest gap that lanes fill up to the widest, whose factor 1/N is merged.</summary>
    /// <param name="tables">The prime's.</param>
    /// <param name="values">Below 4 q; residues afterwards.</param>
    /// <param name="narrowest">The first gap, at least the width of the lanes.</param>
    public static void Inverse(TransformTables tables, Span<ulong> values, int narrowest)
    {
        ref var data = ref MemoryMarshal.GetReference(values);
        var (blocks, gap) = (tables.Degree / (2 * narrowest), narrowest);
        // The last layer is taken alone.
        if (System.Numerics.BitOperations.Log2((uint)blocks) % 2 != 0)
        {
            InverseLayer(tables, ref data, blocks, gap);
            (blocks, gap) = (blocks / 2, 2 * gap);
        }

        for (; blocks > 1; blocks /= 4, gap *= 4)
        {
            for (var block = 0; block < blocks / 2; block++)
            {
                InversePair(tables, ref Unsafe.Add(ref data, 4 * block * gap), blocks, block, gap);
            }
        }

        InverseLast(tables, ref data);
    }

    private static void ForwardLayer(TransformTables tables, ref ulong data, int blocks, int gap)
    {
        var (four, eight) = (TLanes.Of(4 * tables.Modulus.Value), TLanes.Of(8 * tables.Modulus.Value));
        for (var block = 0; block < blocks; block++)
        {
            var root = new Root(tables.Modulus.Value, tables.Roots[blocks + block], tables.RootQuotients[blocks + block]);
            ref var low = ref Unsafe.Add(ref data, 2 * block * gap);
            ref var high = ref Unsafe.Add(ref low, gap);
            for (nuint i = 0; i < (nuint)gap; i += (nuint)TLanes.Count)
            {
                var x = TLanes.Load(ref low, i);
                x = TLanes.Min(x, TLanes.Subtract(x, eight));
                var y = root.Multiply(TLanes.Load(ref high, i));
                TLanes.Store(TLanes.Add(x, y), ref low, i);
                TLanes.Store(TLanes.Add(TLanes.Subtract(x, y), four), ref high, i);
            }
        }
    }

    private static void ForwardPair(TransformTables tables, ref ulong data, int place, int quarter)
    {
        var q = tables.Modulus.Value;
        var (four, eight) = (TLanes.Of(4 * q), TLanes.Of(8 * q));
        var outer = new Root(q, tables.Roots[place], tables.RootQuotients[place]);
        var left = new Root(q, tables.Roots[2 * place], tables.RootQuotients[2 * place]);
        var right = new Root(q, tables.Roots[(2 * place) + 1], tables.RootQuotients[(2 * place) + 1]);
        ref var second = ref Unsafe.Add(ref data, quarter);
        ref var third = ref Unsafe.Add(ref data, 2 * quarter);
        ref var fourth = ref Unsafe.Add(ref data, 3 * quarter);
        for (nuint i = 0; i < (nuint)quarter; i += (nuint)TLanes.Count)
        {
            var (x0, x1) = (TLanes.Load(ref data, i), TLanes.Load(ref second, i));
            x0 = TLanes.Min(x0, TLanes.Subtract(x0, eight));
            x1 = TLanes.Min(x1, TLanes.Subtract(x1, eight));
            var x2 = outer.Multiply(TLanes.Load(ref third, i));
            var x3 = outer.Multiply(TLanes.Load(ref fourth, i));
            var (a0, a2) = (TLanes.Add(x0, x2), TLanes.Add(TLanes.Subtract(x0, x2), four));
            var a1 = left.Multiply(TLanes.Add(x1, x3));
            var a3 = right.Multiply(TLanes.Add(TLanes.Subtract(x1, x3), four));
            TLanes.Store(TLanes.Add(a0, a1), ref data, i);
            TLanes.Store(TLanes.Add(TLanes.Subtract(a0, a1), four), ref second, i);
            TLanes.Store(TLanes.Add(a2, a3), ref third, i);
            TLanes.Store(TLanes.Add(TLanes.Subtract(a2, a3), four), ref fourth, i);
        }
    }

    private static void InverseLayer(TransformTables tables, ref ulong data, int blocks, int gap)
    {
        var four = TLanes.Of(4 * tables.Modulus.Value);
        for (var block = 0; block < blocks; block++)
        {
            var root = new Root(tables.Modulus.Value, tables.Inverses[blocks + block], tables.InverseQuotients[blocks + block]);
            ref var low = ref Unsafe.Add(ref data, 2 * block * gap);
            ref var high = ref Unsafe.Add(ref low, gap);
            for (nuint i = 0; i < (nuint)gap; i += (nuint)TLanes.Count)
            {
                var (x, y) = (TLanes.Load(ref low, i), TLanes.Load(ref high, i));
                var sum = TLanes.Add(x, y);
                TLanes.Store(TLanes.Min(sum, TLanes.Subtract(sum, four)), ref low, i);
                TLanes.Store(root.Multiply(TLanes.Add(TLanes.Subtract(x, y), four)), ref high, i);
            }
        }
    }

    private static void InversePair(TransformTables tables, ref ulong data, int blocks, int block, int gap)
    {
        var q = tables.Modulus.Value;
        var (four, eight) = (TLanes.Of(4 * q), TLanes.Of(8 * q));
        var left = new Root(q, tables.Inverses[blocks + (2 * block)], tables.InverseQuotients[blocks + (2 * block)]);
        var right = new Root(q, tables.Inverses[blocks + (2 * block) + 1], tables.InverseQuotients[blocks + (2 * block) + 1]);
        var outer = new Root(q, tables.Inverses[(blocks / 2) + block], tables.InverseQuotients[(blocks / 2) + block]);
        ref var second = ref Unsafe.Add(ref data, gap);
        ref var third = ref Unsafe.Add(ref data, 2 * gap);
        ref var fourth = ref Unsafe.Add(ref data, 3 * gap);
        for (nuint i = 0; i < (nuint)gap; i += (nuint)TLanes.Count)
        {
            var (x0, x1, x2, x3) = (TLanes.Load(ref data, i), TLanes.Load(ref second, i), TLanes.Load(ref third, i), TLanes.Load(ref fourth, i));
            var (s0, s1) = (TLanes.Add(x0, x1), TLanes.Add(x2, x3));
            var d0 = left.Multiply(TLanes.Add(TLanes.Subtract(x0, x1), four));
            var d1 = right.Multiply(TLanes.Add(TLanes.Subtract(x2, x3), four));
            var sum = TLanes.Add(s0, s1);
            sum = TLanes.Min(sum, TLanes.Subtract(sum, eight));
            TLanes.Store(TLanes.Min(sum, TLanes.Subtract(sum, four)), ref data, i);
            TLanes.Store(outer.Multiply(TLanes.Add(TLanes.Subtract(s0, s1), eight)), ref third, i);
            sum = TLanes.Add(d0, d1);
            TLanes.Store(TLanes.Min(sum, TLanes.Subtract(sum, four)), ref second, i);
            TLanes.Store(outer.Multiply(TLanes.Add(TLanes.Subtract(d0, d1), four)), ref fourth, i);
        }
    }

    private static void InverseLast(TransformTables tables, ref ulong data)
    {
        var scale = new LaneLoops<TVector, TLanes>.Factor(tables.Modulus, tables.Scale);
        var root = new LaneLoops<TVector, TLanes>.Factor(tables.Modulus, tables.LastInverse);
        var four = TLanes.Of(4 * tables.Modulus.Value);
        var gap = (nuint)(tables.Degree / 2);
        ref var high = ref Unsafe.Add(ref data, gap);
        for (nuint i = 0; i < gap; i += (nuint)TLanes.Count)
        {
            var (x, y) = (TLanes.Load(ref data, i), TLanes.Load(ref high, i));
            TLanes.Store(scale.Reduce(scale.Multiply(TLanes.Add(x, y))), ref data, i);
            TLanes.Store(root.Reduce(root.Multiply(TLanes.Add(TLanes.Subtract(x, y), four))), ref high, i);
        }
    }

    /// <summary>A root in every lane.</summary>
    private readonly struct Root
    {
        private readonly TVector _q;
        private readonly TVector _value;
        private readonly TVector _quotient;
        private readonly TVector _quotientHigh;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Root(ulong q, ulong value, ulong quotient)
        {
            (_q, _value, _quotient) = (TLanes.Of(q), TLanes.Of(value), TLanes.Of(quotient));
            _quotientHigh = TLanes.HighHalf(_quotient);
        }

        /// <summary>Any word times the root, below 4 q.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Multiply(TVector a) => TLanes.Subtract(TLanes.MultiplyLow(a, _value), TLanes.MultiplyLow(TLanes.MultiplyHigh(a, _quotient, _quotientHigh), _q));
    }
}
