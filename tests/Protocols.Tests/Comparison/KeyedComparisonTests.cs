using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Comparison;

public sealed class KeyedComparisonTests
{
    private static readonly SharingScheme Two = SharingScheme.Additive(2);

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(41)]
    [InlineData(64)]
    public void Compare_EdgesWithManyMasks_IsExact_InOneRound(int bits)
    {
        var edge = bits == 64 ? long.MaxValue : (1L << (bits - 1)) - 1;
        var x = Repeat([0, 1, -1, edge, -edge, edge / 2, -edge / 2, -edge - 1], 60, edge);
        var run = new Simulation(Two).Deal(KeyedComparison.Requests(x.Length, bits));
        var xs = run.Split(x);
        var bitsShares = run.Run(i => KeyedComparison.Begin(run.Committees[i], xs[i], [0], run.Correlations[i].TakeThresholdKeys(x.Length, 0, bits)));
        Assert.Equal(x.Select(word => unchecked((long)word) >= 0 ? 1UL : 0), run.Open(bitsShares.Select(b => b[0])));
        Assert.Equal([x.Length], run.WordsPerRound);
        Assert.Equal(KeyedComparison.WordsPerRound(x.Length), run.WordsPerRound.AsEnumerable());
    }

    [Fact]
    public void Compare_SeveralThresholdsOnOneOpening_IsExact()
    {
        ImmutableArray<long> thresholds = [0, 1, -1, 65535, -70000, (1L << 38) - 1, 1 - (1L << 38)];
        ulong[] x = [.. Schemes.Signed(WordAlgebra.Ring64, 500, 39, 3), .. thresholds.SelectMany(t => new[] { t - 1, t, t + 1 }).Select(WordAlgebra.Ring64.FromSigned)];
        var run = new Simulation(Two).Deal(KeyedComparison.Requests(x.Length, 41));
        var xs = run.Split(x);
        var results = run.Run(i => KeyedComparison.Begin(run.Committees[i], xs[i], thresholds, run.Correlations[i].TakeThresholdKeys(x.Length, 0, 41)));
        for (var t = 0; t < thresholds.Length; t++)
        {
            Assert.Equal(x.Select(word => unchecked((long)word) >= thresholds[t] ? 1UL : 0), run.Open(results.Select(each => each[t])));
        }
    }

    [Theory]
    [InlineData(41, 12)]
    [InlineData(64, 40)]
    [InlineData(9, 6)]
    public void Compare_WithLowBitsLeftOut_MissesByLessThanOneOfTheirUnits_AndInTheThresholdsOrder(int bits, int leftOut)
    {
        var unit = 1L << leftOut;
        ImmutableArray<long> thresholds = bits == 9 ? [-60, -3, 0, 5, 61] : [-unit * 3, -unit - 7, 0, 1, unit / 2, unit + 12345, unit * 5];
        long[] near = [-unit, 1 - unit, -unit / 2, -1, 0, 1, unit / 3, unit];
        var limit = bits == 64 ? long.MaxValue / 4 : 1L << (bits - 2);
        long[] plain = [.. Enumerable.Repeat(thresholds.SelectMany(t => near.Select(d => t + d)).Where(x => Math.Abs(x) < limit), 40).SelectMany(x => x)];
        var run = new Simulation(Two).Deal(KeyedComparison.Requests(plain.Length, bits, leftOut));
        var xs = run.Split([.. plain.Select(WordAlgebra.Ring64.FromSigned)]);
        var results = run.Run(i => KeyedComparison.Begin(run.Committees[i], xs[i], thresholds, run.Correlations[i].TakeThresholdKeys(plain.Length, 0, bits, leftOut)));
        ulong[][] opened = [.. Enumerable.Range(0, thresholds.Length).Select(t => run.Open(results.Select(each => each[t])))];
        for (var i = 0; i < plain.Length; i++)
        {
            for (var t = 0; t < thresholds.Length; t++)
            {
                Assert.True(plain[i] < thresholds[t] || opened[t][i] == 1, $"{plain[i]} reaches {thresholds[t]}");
                Assert.True(plain[i] > thresholds[t] - unit || opened[t][i] == 0, $"{plain[i]} does not reach {thresholds[t]}");
                Assert.True(t == 0 || opened[t][i] <= opened[t - 1][i], "a higher threshold is reached and a lower one is not");
            }
        }
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(0, 20)]
    [InlineData(16, 64)]
    [InlineData(16, 40)]
    [InlineData(1, 3)]
    [InlineData(38, 40)]
    public void Relu_EdgesWithManyMasks_IsWithinOneUnit_AndZeroBelowZero(int shift, int bits)
    {
        var edge = bits == 64 ? long.MaxValue : (1L << (bits - 1)) - 1;
        var x = Repeat([0, 1, -1, edge, -edge, edge / 2, -edge / 2, 1L << shift, -1L << shift, edge - 1], 60, edge);
        var run = new Simulation(Two).Deal(KeyedRelu.Requests(x.Length, shift, bits));
        var xs = run.Split(x);
        var opened = run.Open(run.Run(i => KeyedRelu.Begin(run.Committees[i], xs[i], run.Correlations[i].TakeReluKeys(x.Length, shift, bits))));
        for (var i = 0; i < x.Length; i++)
        {
            var floor = unchecked((long)x[i]) < 0 ? 0 : (long)(x[i] >> shift);
            var most = unchecked((long)x[i]) < 0 || (x[i] & ((1UL << shift) - 1)) == 0 ? floor : floor + 1;
            Assert.InRange((long)opened[i], floor, most);
        }

        Assert.Equal(KeyedRelu.WordsPerRound(x.Length), run.WordsPerRound.AsEnumerable());
    }

    [Theory]
    [InlineData(64)]
    [InlineData(44)]
    public void Open_WithAShift_TruncatesAndComparesOnOneOpening(int bits)
    {
        var edge = (1L << (bits - 2)) - 1;
        var x = Repeat([0, 1, -1, edge, -edge, 1 << 16, -1 << 16, 12345678, -12345678], 40, edge);
        var run = new Simulation(Two).Deal(CorrelationRequest.ThresholdKeys(x.Length, 16, bits));
        var xs = run.Split(x);
        var results = run.Run(i => KeyedComparison.Begin(
            run.Committees[i], xs[i], run.Correlations[i].TakeThresholdKeys(x.Length, 16, bits), opening => (Truncated: opening.Truncated(), AtLeast: opening.AtLeast(5))));
        var truncated = run.Open(results.Select(each => each.Truncated));
        Assert.Equal(x.Select(word => unchecked((long)word) >= 5 ? 1UL : 0), run.Open(results.Select(each => each.AtLeast)));
        for (var i = 0; i < x.Length; i++)
        {
            Assert.InRange(unchecked((long)truncated[i]) - (unchecked((long)x[i]) >> 16), 0, 1);
        }
    }

    [Fact]
    public void Keys_OfAnotherScheme_AreRefused()
    {
        foreach (var scheme in Schemes.All.Where(scheme => scheme != Two))
        {
            Assert.Throws<ArgumentException>(() => PreprocessingPlan.Create(scheme, KeyedComparison.Requests(1, 64)));
            Assert.Throws<ArgumentException>(() => PreprocessingPlan.Create(scheme, KeyedRelu.Requests(1, 0, 64)));
        }

        var bytes = PreprocessingPlan.Create(Two, KeyedComparison.Requests(3, 64)).ToBytes();
        bytes[4 + "mpc.preprocessing".Length + 1 + 1] = 3; // another number of parties
        Assert.Equal("preprocessing.malformed", PreprocessingPlan.Parse(bytes).Fault.Code());
        Assert.Throws<ArgumentException>(() => CorrelationRequest.ThresholdKeys(1, 0, 65));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.ThresholdKeys(1, 0, 1));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.ThresholdKeys(1, 0, 40, 39));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.ReluKeys(1, 39, 40));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.ReluKeys(1 << 26, 0, 64));
    }

    [Fact]
    public void Keys_Blob_IsAsLongAsThePlanSays_AndAnotherLengthIsAFault()
    {
        var plan = PreprocessingPlan.Create(Two, [.. KeyedComparison.Requests(3, 64), .. KeyedRelu.Requests(5, 16, 40), .. KeyedRelu.Requests(5, 0, 40)]);
        var blobs = Dealer.Deal(plan, Simulation.Session, SystemRandomSource.Instance);
        var keys = (3 * ((63 * 3) + 1)) + (5 * ((39 * 5) + 3)) + (5 * ((39 * 4) + 2));
        Assert.Equal(keys, plan.CorrectionWords(0));
        Assert.Equal(keys + 3 + 15 + 10, plan.CorrectionWords(1));
        for (var party = 0; party < 2; party++)
        {
            Assert.Equal(plan.BlobBytes(party, Simulation.Session), blobs[party].Length);
            Assert.True(Correlations.Expand(blobs[party], plan, Simulation.Session, party).IsOk);
        }

        Assert.Equal("correlations.malformed", Correlations.Expand(blobs[0].AsSpan(0, blobs[0].Length - 8), plan, Simulation.Session, 0).Fault.Code());
        Assert.Equal("correlations.another-party", Correlations.Expand(blobs[0], plan, Simulation.Session, 1).Fault.Code());
    }

    [Fact]
    public void Begin_KeysTwice_Throws()
    {
        var run = new Simulation(Two).Deal(KeyedRelu.Requests(1, 0, 64));
        var keys = run.Correlations[0].TakeReluKeys(1, 0, 64);
        var share = run.Split([1])[0];
        KeyedRelu.Begin(run.Committees[0], share, keys);
        Assert.Throws<InvalidOperationException>(() => KeyedRelu.Begin(run.Committees[0], share, keys));
    }

    private static ulong[] Repeat(long[] edges, int times, long edge) =>
        [.. Enumerable.Repeat(edges.Where(e => e >= -edge - 1 && e <= edge), times).SelectMany(e => e).Select(WordAlgebra.Ring64.FromSigned)];
}
