using System.Text.Json;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Accounting.Selection;
using PrivacyGrains.Privacy.Mechanisms;

namespace PrivacyGrains.Privacy.Tests.Selection;

public class PrivateSelectionTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "selection.json"))).RootElement;

    [Fact]
    public void Loss_IsThatOfTheTheorems_RoundedUp()
    {
        foreach (var each in Vectors.GetProperty("bounds").EnumerateArray())
        {
            var loss = PrivateSelection.Of(PrivacyEvents.Zcdp(Rho.Create(each.GetProperty("rho").GetDouble())), Runs(each));
            foreach (var (units, truth) in loss.Units.Zip(Numbers(each, "losses")))
            {
                Assert.InRange((units / (double)LossUnits.One) - truth, 0, 1e-9 * Math.Max(1, truth));
            }
        }
    }

    [Fact]
    public void Loss_IsNeverBelowTheExactDivergence_OfASmallSelection()
    {
        foreach (var each in Vectors.GetProperty("selections").EnumerateArray())
        {
            var (oneRun, next) = (Numbers(each, "oneRun"), 0);
            var loss = PrivateSelection.Of(RenyiLoss.FromCurve(_ => oneRun[next++]), Runs(each));
            Assert.All(loss.Units.Zip(Numbers(each, "exact"), RenyiOrders.All), row => Assert.True(
                row.First / (double)LossUnits.One >= row.Second - 1e-12, $"{each.GetProperty("name")}, {Runs(each)}, order {row.Third}: {row.First / (double)LossUnits.One} is below {row.Second}"));
        }
    }

    [Fact]
    public void PureLoss_IsDoubled_ByALogarithmicNumber_AndTrebled_ByAGeometricOne()
    {
        foreach (var (eta, factor) in ((double, double)[])[(0, 2), (1, 3)])
        {
            var loss = PrivateSelection.Of(RenyiLoss.FromCurve(_ => 0.5), NumberOfRuns.WithMean(eta, 10));
            Assert.InRange(loss.Units[^1] / (double)LossUnits.One, 0.5 * factor, (0.5 * factor) + 0.01); // at the last order, 1025
        }
    }

    [Fact]
    public void LossWithADelta_IsRefused() =>
        Assert.Throws<ArgumentException>(() => PrivateSelection.Of(RenyiLoss.FromCurve(static _ => 1, 1e-6), new NumberOfRuns.Poisson(2)));

    [Fact]
    public void LossWithoutBound_StaysSo()
    {
        var loss = PrivateSelection.Of(RenyiLoss.FromCurve(static order => order > 4 ? double.PositiveInfinity : order), NumberOfRuns.WithMean(0, 4));
        Assert.Equal(long.MaxValue, loss.Units[^1]);
        Assert.True(loss.Units[0] < long.MaxValue);
        Assert.Equal(long.MaxValue, PrivateSelection.Of(RenyiLoss.FromCurve(static _ => double.PositiveInfinity), NumberOfRuns.WithMean(0, 4)).Units[0]);
    }

    [Fact]
    public void EventOfAPlan_LosesThat()
    {
        var plan = PlanJson.Read("""{"neighbors":"add-remove","events":[{"kind":"selection","eta":0,"mean":8,"event":{"kind":"repeat","count":4,"event":{"kind":"zcdp","rho":0.0125}}},{"kind":"selection-poisson","mean":5,"event":{"kind":"pure","epsilon":0.1}}]}""");
        var wanted = PrivateSelection.Of(PrivacyEvents.Zcdp(Rho.Create(0.05)), NumberOfRuns.WithMean(0, 8)).Plus(PrivateSelection.Of(PrivacyEvents.Pure(Epsilon.Create(0.1)), new NumberOfRuns.Poisson(5)));
        var best = RenyiConversion.Best(wanted, Delta.Create(1e-5)).Epsilon.Value;
        var found = PlanAccountants.Account(plan, Delta.Create(1e-5), "best");
        Assert.Equal("rdp", found.Accountant);
        Assert.InRange(found.Epsilon, best * 0.99, best + 1e-6); // any order may be better than the grid's
        Assert.All(wanted.Units.Zip(RenyiAccountant.Loss(plan).Units), pair => Assert.InRange((pair.Second - pair.First) / (double)LossUnits.One, -1e-9, 1e-9));
        Assert.Equal("account.no-bound", Assert.Throws<PlanRefusedException>(() => PlanAccountants.Account(plan, Delta.Create(1e-5), "pld")).Code);
        Assert.Equal("account.no-bound", Assert.Throws<PlanRefusedException>(() => PlanAccountants.Account(plan, Delta.Create(1e-5), "zcdp")).Code);
    }

    [Theory]
    [InlineData("""{"kind":"selection","eta":-1,"mean":8,"event":{"kind":"pure","epsilon":1}}""", "eta")]
    [InlineData("""{"kind":"selection","eta":0,"mean":1,"event":{"kind":"pure","epsilon":1}}""", "mean")]
    [InlineData("""{"kind":"selection","eta":-0.999999,"mean":1000,"event":{"kind":"pure","epsilon":1}}""", "mean")]
    [InlineData("""{"kind":"selection-poisson","mean":2.5,"event":{"kind":"pure","epsilon":1}}""", "mean")]
    [InlineData("""{"kind":"selection","eta":0,"mean":8}""", "event")]
    [InlineData("""{"kind":"selection","eta":0,"mean":8,"event":{"kind":"poisson","probability":0.1,"event":{"kind":"gaussian","noiseMultiplier":1}}}""", "selection")]
    [InlineData("""{"kind":"poisson","probability":0.1,"event":{"kind":"selection","eta":0,"mean":8,"event":{"kind":"pure","epsilon":1}}}""", "selection")]
    public void EventThatHasNoBound_IsRefused_ByName(string one, string named)
    {
        var refusal = Assert.Throws<PlanRefusedException>(() => PlanAccountants.Account(PlanJson.Read($$"""{"neighbors":"add-remove","events":[{{one}}]}"""), Delta.Create(1e-5), "rdp"));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.5, 2)]
    [InlineData(0, 8)]
    [InlineData(0.25, 100)]
    [InlineData(1, 1000)]
    [InlineData(1, 1.5)]
    public void Mean_IsAtLeastTheWantedOne(double eta, double mean) => Assert.InRange(NumberOfRuns.WithMean(eta, mean).Mean, mean, mean * 1.02);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, double.NaN)]
    [InlineData(0, 1001)]
    [InlineData(-1, 2)]
    [InlineData(1.5, 2)]
    [InlineData(double.NaN, 2)]
    public void Mean_OutOfRange_IsRefused(double eta, double mean) => Assert.Throws<ArgumentOutOfRangeException>(() => NumberOfRuns.WithMean(eta, mean));

    // Seven distributions at 200,000 draws each; chi-square at six deviations above its mean: a false alarm in less than 1 of 10,000 seeds.
    [Fact]
    public void Draws_FollowTheDistribution()
    {
        const int draws = 200_000;
        using var random = new TestRandom(20);
        foreach (var each in Vectors.GetProperty("counts").EnumerateArray())
        {
            var (runs, masses, first) = (Runs(each), Numbers(each, "masses"), each.GetProperty("first").GetInt32());
            Assert.Equal(each.GetProperty("mean").GetDouble(), runs.Mean, 1e-9);
            var bins = masses.Select((mass, i) => mass * draws >= 20 ? i + 1 : 0).Max();
            var seen = new long[bins + 1];
            for (var i = 0; i < draws; i++)
            {
                seen[Math.Min(RunCount.Sample(runs, random.Source) - first, bins)]++;
            }

            var chi = Enumerable.Range(0, bins + 1).Select(i => i < bins ? masses[i] : 1 - masses[..bins].Sum()).Select((mass, i) => mass * draws < 1 ? 0 : Math.Pow(seen[i] - (mass * draws), 2) / (mass * draws)).Sum();
            Assert.True(chi < bins + (6 * Math.Sqrt(2.0 * bins)) + 6, $"{runs}: chi-square {chi} over {bins} bins");
        }
    }

    [Fact]
    public void Choice_IsUniform()
    {
        using var random = new TestRandom(21);
        var seen = new int[3];
        for (var i = 0; i < 30_000; i++)
        {
            seen[RunCount.Choose(3, random.Source)]++;
        }

        Assert.All(seen, n => Assert.InRange(n, 10_000 - 490, 10_000 + 490)); // six deviations
    }

    private static NumberOfRuns Runs(JsonElement each) => each.TryGetProperty("poisson", out var mean)
        ? new NumberOfRuns.Poisson(mean.GetInt32())
        : new NumberOfRuns.TruncatedNegativeBinomial(each.GetProperty("eta").GetDouble(), each.GetProperty("gamma").GetDouble());

    private static double[] Numbers(JsonElement each, string name) => [.. each.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
