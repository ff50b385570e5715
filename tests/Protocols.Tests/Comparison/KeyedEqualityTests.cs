using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Comparison;

public sealed class KeyedEqualityTests
{
    private static readonly SharingScheme Two = SharingScheme.Additive(2);

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(41)]
    [InlineData(64)]
    public void Equality_SeveralValuesOnOneOpening_IsExact_InOneRound_AndCostsWhatItSays(int bits)
    {
        var edge = bits == 64 ? long.MaxValue / 2 : (1L << (bits - 1)) - 1;
        ImmutableArray<long> values = [0, 1, -1, edge, -edge, edge / 2];
        long[] plain = [.. Enumerable.Repeat(values.Concat(values.Select(v => Math.Min(v + 1, edge))), 40).SelectMany(v => v)];
        var run = new Simulation(Two).Deal(KeyedEquality.Requests(plain.Length, bits));
        var xs = run.Split([.. plain.Select(WordAlgebra.Ring64.FromSigned)]);
        var results = run.Run(i => KeyedEquality.Begin(run.Committees[i], xs[i], values, run.Correlations[i].TakeEqualityKeys(plain.Length, bits)));
        for (var v = 0; v < values.Length; v++)
        {
            Assert.Equal(plain.Select(x => x == values[v] ? 1UL : 0), run.Open(results.Select(each => each[v])));
        }

        Assert.Equal([plain.Length], run.WordsPerRound);
        Assert.Equal(KeyedEquality.WordsPerRound(plain.Length), run.WordsPerRound.AsEnumerable());
        var plan = PreprocessingPlan.Create(Two, KeyedEquality.Requests(3, bits));
        Assert.Equal([3L * 2 * bits, 3L * 2 * bits], Enumerable.Range(0, 2).Select(plan.CorrectionWords));
        Assert.Equal(plan.ToBytes(), PreprocessingPlan.Parse(plan.ToBytes()).Value.ToBytes());
    }

    [Fact]
    public void Equality_KnownAnswers()
    {
        using var vectors = Vectors.Read("comparison/v1/zero.json");
        ulong[] x = [.. vectors.RootElement.EnumerateArray().Select(c => WordAlgebra.Ring64.FromSigned(long.Parse(c.GetProperty("x").GetString()!, System.Globalization.CultureInfo.InvariantCulture)))];
        var run = new Simulation(Two).Deal(KeyedEquality.Requests(x.Length, 64));
        var xs = run.Split(x);
        var results = run.Run(i => KeyedEquality.Begin(run.Committees[i], xs[i], [0], run.Correlations[i].TakeEqualityKeys(x.Length, 64)));
        Assert.Equal(vectors.RootElement.EnumerateArray().Select(c => c.GetProperty("zero").GetBoolean() ? 1UL : 0), run.Open(results.Select(each => each[0])));
    }

    // By keys and by trees, on all bits and on fewer: the same bits, and exactly the cost that was stated.
    [Fact]
    public void Equaling_InEveryScheme_IsExact_AndCostsWhatItSays()
    {
        ImmutableArray<long> values = [0, 7, -300, (1L << 38) - 1];
        foreach (var scheme in Schemes.All)
        {
            foreach (var reach in scheme.Kind == SharingKind.Shamir ? (ComparisonReach[])[new(61, false)] : [new(64, false), new(40, false), .. scheme.Parties == 2 ? (ComparisonReach[])[new(64, true), new(40, true)] : []])
            {
                long[] plain = [.. values, .. values.Select(v => v - 1), 1, 1L << 37, -(1L << 37)];
                var step = new Equaling(scheme, plain.Length, values.Length, reach);
                var run = new Simulation(scheme).Deal(step.Requests);
                var xs = run.Split([.. plain.Select(scheme.Algebra.FromSigned)]);
                var results = run.RunAll(i => Phase<ShareTensor>.Start(run.Committees[i], slot => step.Script(run.Committees[i], xs[i], values, run.Correlations[i], slot)));
                Assert.Equal(values.SelectMany(v => plain.Select(x => x == v ? 1UL : 0)), run.Open(results));
                Assert.Equal(step.WordsPerRound, run.WordsPerRound.AsEnumerable());
                Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
            }
        }
    }

    [Fact]
    public void Keys_ForMoreParties_OrTwice_OrOfAnotherLength_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => PreprocessingPlan.Create(SharingScheme.Additive(3), KeyedEquality.Requests(1, 64)));
        Assert.Throws<ArgumentException>(() => PreprocessingPlan.Create(SharingScheme.Shamir(2, 1), KeyedEquality.Requests(1, 61)));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.EqualityKeys(1, 65));
        Assert.Throws<ArgumentException>(() => CorrelationRequest.EqualityKeys(1, 1));
        var run = new Simulation(Two).Deal(KeyedEquality.Requests(2, 64));
        var keys = run.Correlations[0].TakeEqualityKeys(2, 64);
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyedEquality.Begin(run.Committees[0], run.Split([1])[0], [0], keys));
        Assert.Throws<ArgumentException>(() => KeyedEquality.Begin(run.Committees[0], run.Split([1, 2])[0], [], keys));
        _ = KeyedEquality.Begin(run.Committees[0], run.Split([1, 2])[0], [0], keys);
        Assert.Throws<InvalidOperationException>(() => KeyedEquality.Begin(run.Committees[0], run.Split([1, 2])[0], [0], keys));
    }

    [Fact]
    public void Opening_MissingDoubledOrOfAnotherLength_IsAFaultThatNamesThePeer()
    {
        var step = new Equaling(Two, 3, 1, new ComparisonReach(20, Keyed: true));
        Hostile.AssertFaults(
            Two, step.Requests, TensorShape.Of(3), 0,
            (run, i, share) => Phase<ShareTensor>.Start(run.Committees[i], slot => step.Script(run.Committees[i], share, [2], run.Correlations[i], slot)));
    }
}
