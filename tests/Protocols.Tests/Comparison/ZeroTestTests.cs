using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Comparison;

public sealed class ZeroTestTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void ZeroTest_RandomNumbersAndZeros_IsExact_AndCostsWhatItSays(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in Schemes.Lengths)
        {
            var x = Schemes.Uniform(scheme.Algebra, length, 7).Select((word, i) => i % 3 == 0 ? 0 : word).ToArray();
            AssertTested(scheme, x, out var run);
            Assert.Equal(ZeroTest.WordsPerRound(scheme, length), run.WordsPerRound.AsEnumerable());
            Assert.Equal(7, run.WordsPerRound.Count);
            Assert.All(run.Correlations, c => Assert.Equal(0, c.Remaining));
        }
    }

    // One bit apart from zero, for each bit: a position that the tree forgets answers "zero".
    [Theory]
    [MemberData(nameof(Grid))]
    public void ZeroTest_EveryPowerOfTwoAndItsNegative_IsExact(string name)
    {
        var scheme = Schemes.Named(name);
        ulong[] powers = [.. Enumerable.Range(0, scheme.Algebra.Bits).Select(bit => 1UL << bit)];
        var negated = new ulong[powers.Length];
        scheme.Algebra.Subtract(negated, powers, negated);
        AssertTested(scheme, [0, .. powers, 0, .. negated, 0], out _);
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void ZeroTest_KnownAnswers(string name)
    {
        var scheme = Schemes.Named(name);
        using var vectors = Vectors.Read("comparison/v1/zero.json");
        ulong[] x = [.. vectors.RootElement.EnumerateArray().Select(c => scheme.Algebra.FromSigned(Number(c.GetProperty("x").GetString()!)))];
        var bits = Test(scheme, x, out _);
        Assert.Equal(vectors.RootElement.EnumerateArray().Select(c => c.GetProperty("zero").GetBoolean()), x.Select((_, i) => PackedBits.Get(bits, i)));
    }

    [Fact]
    public void ZeroTest_OfADifference_IsEquality() =>
        Prop.ForAll(Gen.Choose(-3, 3).ToArbitrary(), Gen.Choose(-3, 3).ToArbitrary(), Gen.Choose(0, 9).ToArbitrary(), (x, y, which) =>
        {
            var scheme = Schemes.All.ElementAt(which);
            var run = new Simulation(scheme).Deal(ZeroTest.Requests(scheme, 1));
            var (xs, ys) = (run.Split([scheme.Algebra.FromSigned(x)]), run.Split([scheme.Algebra.FromSigned(y)]));
            var bits = run.RunAll(i => ZeroTest.Begin(run.Committees[i], xs[i].Subtract(ys[i]), run.Correlations[i]));
            return PackedBits.Get(BitShares.Reconstruct(bits).Value, 0) == (x == y);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ZeroTest_Padding_StaysZero()
    {
        var bits = Test(SharingScheme.Additive(2), [0, 5, 0], out _);
        Assert.Equal(0b101UL, Assert.Single(bits));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void Next_HostileWordsInAnyRound_AreFaultsThatNameTheSender(int round)
    {
        foreach (var scheme in new[] { SharingScheme.Additive(3), SharingScheme.Shamir(3, 1) })
        {
            Hostile.AssertFaults(
                scheme, ZeroTest.Requests(scheme, 2), TensorShape.Of(2), round, (run, i, x) => ZeroTest.Begin(run.Committees[i], x, run.Correlations[i]));
        }
    }

    [Fact]
    public void Begin_SomebodyElsesShare_IsTheCallersBug()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(ZeroTest.Requests(SharingScheme.Additive(2), 1));
        Assert.Throws<ArgumentException>(() => ZeroTest.Begin(run.Committees[0], run.Split([1])[1], run.Correlations[0]));
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static void AssertTested(SharingScheme scheme, ulong[] x, out Simulation run)
    {
        var bits = Test(scheme, x, out run);
        Assert.Equal(x.Select(word => word == 0), x.Select((_, i) => PackedBits.Get(bits, i)));
    }

    private static ulong[] Test(SharingScheme scheme, ulong[] x, out Simulation run)
    {
        var simulation = run = new Simulation(scheme).Deal(ZeroTest.Requests(scheme, x.Length));
        var xs = run.Split(x);
        return BitShares.Reconstruct(run.RunAll(i => ZeroTest.Begin(simulation.Committees[i], xs[i], simulation.Correlations[i]))).Value;
    }
}
