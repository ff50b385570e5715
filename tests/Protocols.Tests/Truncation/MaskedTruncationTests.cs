using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Tests.Truncation;

public sealed class MaskedTruncationTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Truncate_OverTheWholeHeadroom_ErrsByLessThanOneUlp(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var bits in new[] { 1, 8, 16, 32, 58 })
        {
            foreach (var length in Schemes.Lengths)
            {
                var x = Schemes.Signed(scheme.Algebra, length, scheme.Algebra.HeadroomBits + 1, 3);
                var run = Truncate(scheme, x, bits, out var y);
                AssertWithinOneUlp(scheme.Algebra, x, y, bits);
                Assert.Equal([length], run.WordsPerRound);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Truncate_EdgesOfTheHeadroom_ErrByLessThanOneUlp(string name)
    {
        var scheme = Schemes.Named(name);
        var edge = 1L << scheme.Algebra.HeadroomBits;
        long[] edges = [0, 1, -1, 65535, 65536, 65537, -65535, -65536, -65537, edge - 1, 1 - edge, edge - 65536, 65536 - edge, edge / 2, -(edge / 2)];
        ulong[] x = [.. Enumerable.Repeat(edges, 100).SelectMany(e => e).Select(scheme.Algebra.FromSigned)]; // each many times: many masks
        Truncate(scheme, x, 16, out var y);
        AssertWithinOneUlp(scheme.Algebra, x, y, 16);
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Truncate_MultiplesOfTheUlp_AreExact(string name)
    {
        var scheme = Schemes.Named(name);
        ulong[] x = [.. Enumerable.Range(-500, 1000).Select(i => scheme.Algebra.FromSigned(i * 65536L))];
        Truncate(scheme, x, 16, out var y);
        Assert.Equal(Enumerable.Range(-500, 1000).Select(i => (long)i), y);
    }

    // The dealer's tuple is made by hand so that the mask sits on both values of its top bit and where x + r wraps or just does not.
    [Theory]
    [MemberData(nameof(Grid))]
    public void Truncate_ChosenMasks_BothTopBitsAndTheWrap(string name)
    {
        var scheme = Schemes.Named(name);
        var algebra = scheme.Algebra;
        var top = algebra.Bits == 64 ? ulong.MaxValue : Field61.Modulus - 1;
        var half = 1UL << (algebra.Bits - 1);
        var edge = 1L << algebra.HeadroomBits;
        ulong[] masks = [0, 1, 65535, 65536, half - 1, half, half + 65535, half + 65536, top, top - 1, top - 65535, top - 65536, half - 65536, half / 2];
        long[] values = [0, 1, -1, 65535, -65535, 65536, -65536, edge - 1, 1 - edge, edge - 65537];
        foreach (var mask in masks)
        {
            ulong[] x = [.. values.Select(algebra.FromSigned)];
            Truncate(scheme, x, 16, out var y, mask);
            AssertWithinOneUlp(algebra, x, y, 16);
        }
    }

    [Fact]
    public void Truncate_AnyValueAndShift() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), Gen.Choose(1, 58).ToArbitrary(), Gen.Choose(0, 9).ToArbitrary(), (value, bits, which) =>
        {
            var scheme = Schemes.All.ElementAt(which);
            ulong[] x = [scheme.Algebra.FromSigned(value >> (63 - scheme.Algebra.HeadroomBits))];
            Truncate(scheme, x, bits, out var y);
            AssertWithinOneUlp(scheme.Algebra, x, y, bits);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Begin_TupleOfAnotherLength_IsTheCallersBug()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(CorrelationRequest.Truncation(2, 16));
        var tuple = run.Correlations[0].TakeTruncation(2, 16);
        Assert.Throws<ArgumentOutOfRangeException>(() => MaskedTruncation.Begin(run.Committees[0], run.Split([1])[0], tuple));
        Assert.False(tuple.IsConsumed);
    }

    private static Simulation Truncate(SharingScheme scheme, ulong[] x, int bits, out long[] y, ulong? mask = null)
    {
        var run = new Simulation(scheme).Deal(CorrelationRequest.Truncation(x.Length, bits));
        var xs = run.Split(x);
        var byHand = mask is { } r ? Tuples(run, x.Length, bits, r) : null;
        var results = run.Run(i => MaskedTruncation.Begin(run.Committees[i], xs[i], byHand?[i] ?? run.Correlations[i].TakeTruncation(x.Length, bits)));
        y = [.. run.Open(results).Select(scheme.Algebra.ToSigned)];
        return run;
    }

    // From the definition in docs/protocols/truncation.md, not from the dealer's code.
    private static TruncationTuple[] Tuples(Simulation run, int length, int bits, ulong r)
    {
        var isRing = run.Scheme.Algebra.Bits == 64;
        var high = isRing ? (r % (1UL << 63)) >> bits : r >> bits;
        var overflow = isRing
            ? run.Scheme.Algebra.FromSigned(r >= 1UL << 63 ? 1 : 0)
            : run.Scheme.Algebra.FromSigned(r < 1UL << 60 ? 0 : (long)((r + 1) >> bits) - (long)(r >> bits) - (1L << (61 - bits)));
        ulong[] Repeated(ulong word) => [.. Enumerable.Repeat(word, length)];
        var (masks, highs, overflows) = (run.Split(Repeated(r)), run.Split(Repeated(high)), run.Split(Repeated(overflow)));
        return [.. masks.Select((share, i) => new TruncationTuple(bits, share.Words.ToArray(), highs[i].Words.ToArray(), overflows[i].Words.ToArray()))];
    }

    private static void AssertWithinOneUlp(WordAlgebra algebra, ulong[] x, long[] y, int bits)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var error = ((Int128)y[i] << bits) - algebra.ToSigned(x[i]);
            Assert.True(Int128.Abs(error) < Int128.One << bits, $"{algebra.ToSigned(x[i])} by {bits} bits gave {y[i]}");
        }
    }
}
