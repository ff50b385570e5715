using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Comparison;

public sealed class ComparisonTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Compare_RandomNumbers_IsExact_AndCostsWhatItSays(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in Schemes.Lengths)
        {
            var x = Schemes.Signed(scheme.Algebra, length, scheme.Algebra.HeadroomBits, 4);
            var run = Compare(scheme, x, [0], out var bits);
            AssertCompared(scheme.Algebra, x, 0, bits[0]);
            Assert.Equal(ThresholdComparison.WordsPerRound(scheme, length, 1), run.WordsPerRound.AsEnumerable());
            Assert.Equal(7, run.WordsPerRound.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Compare_EdgesWithManyMasks_IsExact(string name)
    {
        var scheme = Schemes.Named(name);
        var edge = 1L << (scheme.Algebra.HeadroomBits - 1);
        long[] edges = [0, 1, -1, 2, -2, 65535, -65536, edge, -edge, edge - 1, 1 - edge];
        ulong[] x = [.. Enumerable.Repeat(edges, 40).SelectMany(e => e).Select(scheme.Algebra.FromSigned)];
        ImmutableArray<long> thresholds = [0, 1, -1, 65535, edge - 1, 1 - edge];
        Compare(scheme, x, thresholds, out var bits);
        for (var t = 0; t < thresholds.Length; t++)
        {
            AssertCompared(scheme.Algebra, x, thresholds[t], bits[t]);
        }
    }

    [Fact]
    public void Compare_OverTheWholeRing_IsExact()
    {
        ulong[] x = [long.MaxValue, 1UL << 63, (1UL << 63) + 1, ulong.MaxValue, 0, .. Schemes.Uniform(WordAlgebra.Ring64, 1000, 6)];
        Compare(SharingScheme.Additive(3), x, [0], out var bits);
        AssertCompared(WordAlgebra.Ring64, x, 0, bits[0]);
    }

    [Fact]
    public void Compare_AnyNumberAndThreshold() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), Gen.Choose(0, 9).ToArbitrary(), (value, threshold, which) =>
        {
            var scheme = Schemes.All.ElementAt(which);
            ulong[] x = [scheme.Algebra.FromSigned(value)];
            Compare(scheme, x, [threshold], out var bits);
            return PackedBits.Get(bits[0], 0) == (value >= threshold);
        }).QuickCheckThrowOnFailure();

    // The mask's bits by hand: r at its extremes, where c wraps or just does not.
    [Theory]
    [MemberData(nameof(Grid))]
    public void Compare_ChosenMasks_BothTopBitsAndTheWrap(string name)
    {
        var scheme = Schemes.Named(name);
        var algebra = scheme.Algebra;
        var top = algebra.Bits == 64 ? ulong.MaxValue : Field61.Modulus - 1;
        var half = 1UL << (algebra.Bits - 1);
        var edge = 1L << (algebra.HeadroomBits - 1);
        ulong[] x = [.. new long[] { 0, 1, -1, edge, -edge, 2 * edge - 1, 1 - (2 * edge) }.Select(algebra.FromSigned)];
        foreach (var r in new ulong[] { 0, 1, half - 1, half, half + 1, top, top - 1, half / 2, half + (half / 2), half / 4 })
        {
            Compare(scheme, x, [0], out var bits, r);
            AssertCompared(algebra, x, 0, bits[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Convert_Bits_GivesSharesOfZeroAndOne(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in Schemes.Lengths)
        {
            var run = new Simulation(scheme).Deal(CorrelationRequest.SharedBit(length));
            var words = Schemes.Uniform(WordAlgebra.Ring64, PackedBits.WordsFor(length), 8);
            var bits = BitShares.Split(scheme.Parties, words, length, SystemRandomSource.Instance);
            var shares = run.Run(i => BitConversion.Begin(run.Committees[i], bits[i], run.Correlations[i].TakeSharedBit(length), TensorShape.Of(length)));
            var expected = new ulong[length];
            PackedBits.Spread(words, expected);
            Assert.Equal(expected, run.Open(shares));
            Assert.Equal([PackedBits.WordsFor(length)], run.WordsPerRound);
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Select_KeepsTheNumberWhereTheBitIsOne(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in Schemes.Lengths)
        {
            var run = new Simulation(scheme).Deal(Selection.Requests(length));
            var x = Schemes.Uniform(scheme.Algebra, length, 3);
            var words = Schemes.Uniform(WordAlgebra.Ring64, PackedBits.WordsFor(length), 8);
            var xs = run.Split(x);
            var bits = BitShares.Split(scheme.Parties, words, length, SystemRandomSource.Instance);
            var chosen = run.RunAll(i => Selection.Begin(run.Committees[i], xs[i], bits[i], run.Correlations[i].TakeSelection(length)));
            Assert.Equal(x.Select((word, i) => PackedBits.Get(words, i) ? word : 0), run.Open(chosen));
            Assert.Equal(Selection.WordsPerRound(length), run.WordsPerRound.AsEnumerable());
        }
    }

    [Fact]
    public void Next_HostileWords_AreFaults_AndEndTheProtocol()
    {
        Assert.Equal("opening.missing", Fault(words => words[..^1]).Code);
        Assert.Equal("opening.doubled", Fault(words => [.. words, words[^1]]).Code);
        Assert.Equal("opening.wrong-length", Fault(words => [.. words[..^1], words[^1] with { Words = words[^1].Words[1..] }]).Code);
        Assert.Equal("opening.stranger", Fault(words => [.. words[..^1], words[^1] with { From = PartyId.Create("stranger") }]).Code);

        static ProtocolFault Fault(Func<PeerWords[], PeerWords[]> tamper)
        {
            var run = new Simulation(SharingScheme.Additive(3)).Deal(ThresholdComparison.Requests(SharingScheme.Additive(3), 2, 1));
            var xs = run.Split([3, 4]);
            var rounds = Enumerable.Range(0, 3).Select(i => ThresholdComparison.Begin(run.Committees[i], xs[i], [0], run.Correlations[i]))
                .Cast<AwaitingRound<ImmutableArray<BitShares>>>().ToArray();
            var inbox = run.Inbox(0, (from, to) => rounds[from].OutboundTo(to));
            var fault = rounds[0].Next(tamper(inbox)).Fault;
            Assert.NotNull(fault);
            Assert.Throws<InvalidOperationException>(() => rounds[0].Next(inbox));
            return fault;
        }
    }

    [Fact]
    public void Begin_NoThreshold_IsTheCallersBug()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(ThresholdComparison.Requests(SharingScheme.Additive(2), 1, 1));
        Assert.Throws<ArgumentException>(() => ThresholdComparison.Begin(run.Committees[0], run.Split([1])[0], [], run.Correlations[0]));
    }

    private static Simulation Compare(SharingScheme scheme, ulong[] x, ImmutableArray<long> thresholds, out ulong[][] bits, ulong? mask = null)
    {
        var run = new Simulation(scheme).Deal(ThresholdComparison.Requests(scheme, x.Length, thresholds.Length));
        var xs = run.Split(x);
        var byHand = mask is { } r ? Masks(run, x.Length, r) : null;
        var results = run.RunAll(i =>
        {
            var material = ThresholdComparison.Take(run.Committees[i], xs[i], thresholds, run.Correlations[i]);
            material.Mask = byHand?[i] ?? material.Mask;
            return Phase<ImmutableArray<BitShares>>.Start(
                run.Committees[i], slot => ThresholdComparison.Script(run.Committees[i], xs[i], thresholds, material, slot));
        });
        bits = [.. Enumerable.Range(0, thresholds.Length).Select(t => BitShares.Reconstruct([.. results.Select(result => result[t])]).Value)];
        return run;
    }

    private static ComparisonMask[] Masks(Simulation run, int length, ulong r)
    {
        var width = PackedBits.WordsFor(length);
        var planes = new ulong[run.Scheme.Algebra.Bits * width];
        for (var b = 0; b < run.Scheme.Algebra.Bits; b++)
        {
            for (var i = 0; i < length; i++)
            {
                PackedBits.Set(planes.AsSpan(b * width, width), i, ((r >> b) & 1) != 0);
            }
        }

        var masks = run.Split([.. Enumerable.Repeat(r, length)]);
        var bits = BitShares.Split(run.Scheme.Parties, planes, planes.Length * 64, SystemRandomSource.Instance);
        return [.. masks.Select((share, i) => new ComparisonMask(share.Words.ToArray(), bits[i].Words.ToArray()))];
    }

    private static void AssertCompared(WordAlgebra algebra, ulong[] x, long threshold, ulong[] bits)
    {
        for (var i = 0; i < x.Length; i++)
        {
            Assert.True(PackedBits.Get(bits, i) == (algebra.ToSigned(x[i]) >= threshold), $"{algebra.ToSigned(x[i])} >= {threshold}");
        }
    }
}
