using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Selects;
using PrivacyGrains.Privacy.Tests.Queries.Selects;

namespace PrivacyGrains.Privacy.Tests.Accounting;

/// <summary>Events that are (epsilon, delta)-private, against the theorems that say exactly what they come to together.</summary>
public sealed class ApproximateEventTests
{
    /// <summary>Kairouz, Oh, Viswanath, "The Composition Theorem for Differential Privacy", ICML 2015, theorem 3.3: k of them are ((k - 2i) epsilon, 1 - (1 - delta)^k (1 - delta_i))-private, and no less.</summary>
    [Theory]
    [InlineData(0.1, 1e-8, 1)]
    [InlineData(1, 1e-6, 2)]
    [InlineData(0.5, 1e-5, 10)]
    [InlineData(0.1, 1e-7, 100)]
    [InlineData(2, 1e-3, 7)]
    [InlineData(0.01, 1e-9, 1000)]
    [InlineData(1, 0.05, 20)]
    [InlineData(0.5, 0, 10)]
    [InlineData(0.05, 0, 60)]
    public void Pld_OfKTimesTheSame_IsTheOptimalCompositionTheorem(double epsilon, double delta, int k)
    {
        var plan = Plan(new PrivacyEvent.Repeat(k, delta > 0 ? new PrivacyEvent.Approximate(epsilon, delta) : new PrivacyEvent.Pure(epsilon)));
        foreach (var i in Enumerable.Range(0, (k / 2) + 1).Where(i => i < 4 || i % Math.Max(1, k / 20) == 0))
        {
            var (truth, own) = ((k - (2 * i)) * epsilon, DeltaOf(epsilon, k, i));
            var at = 1 - (Math.Pow(1 - delta, k) * (1 - own));
            if (truth > 0 && at is > 1e-12 and < 0.99 && (i == 0 ? k < 10 : own > 1e-5 * at))
            {
                // A hair above that delta: at it itself the last bit decides between two points of the curve. (Where the curve has no mass to speak of, a hair is far.)
                var found = PldAccountant.Epsilon(plan, Delta.Create(at * (1 + 1e-9)));
                Assert.InRange(found, truth * (1 - 1e-4), truth + Math.Max(0.005, truth * 0.005));
                Assert.True(PldAccountant.Epsilon(plan, Delta.Create(at * (1 - 1e-9))) >= truth * (1 - 1e-12), $"i = {i}: below {truth}");
            }
        }
    }

    /// <summary>Murtagh, Vadhan, "The Complexity of Computing the Optimal Composition of Differential Privacy", TCC 2016, theorem 1.5: the same for different ones, by summing over all sets of them.</summary>
    [Fact]
    public void Pld_OfDifferentOnes_IsNeverBelowTheOptimum_AndTight()
    {
        var one = from epsilon in Gen.Choose(1, 1500) from delta in Gen.Choose(3, 10) select (Epsilon: epsilon / 1000.0, Delta: Math.Pow(10, -delta));
        var gen = from parts in one.NonEmptyListOf() from target in Gen.Choose(2, 8) select (Parts: parts.Take(8).ToArray(), Target: Math.Pow(10, -target));
        Prop.ForAll(gen.ToArbitrary(), given =>
        {
            var plan = Plan([.. given.Parts.Select(p => new PrivacyEvent.Approximate(p.Epsilon, p.Delta))]);
            var found = PldAccountant.Epsilon(plan, Delta.Create(given.Target));
            var truth = Optimal(given.Parts, given.Target);
            return double.IsPositiveInfinity(truth) ? double.IsPositiveInfinity(found) : found >= truth - 1e-9 && found <= truth + Math.Max(0.005, truth * 0.005);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void EveryAccountant_IsAtLeastTheOptimum_AndFiniteBeyondTheDeltas()
    {
        foreach (var (epsilon, delta, k) in new[] { (0.3, 1e-8, 5), (1.0, 1e-9, 3), (0.05, 1e-10, 50) })
        {
            var plan = Plan(new PrivacyEvent.Repeat(k, new PrivacyEvent.Approximate(epsilon, delta)));
            var truth = Optimal([.. Enumerable.Repeat((epsilon, delta), Math.Min(k, 8))], 1e-6);
            foreach (var name in new[] { "pld", "rdp", "zcdp" })
            {
                Assert.InRange(PlanAccountants.Account(plan, Delta.Create(1e-6), name).Epsilon, truth, 20 * k * epsilon);
            }
        }
    }

    [Theory]
    [InlineData(1, 1e-6)]
    [InlineData(0.01, 0.3)]
    [InlineData(7, 1e-12)]
    public void Pld_OfOne_AtItsOwnDelta_IsItsEpsilon(double epsilon, double delta)
    {
        Assert.InRange(PldAccountant.Epsilon(Plan(new PrivacyEvent.Approximate(epsilon, delta)), Delta.Create(delta)), epsilon, epsilon + Math.Max(0.005, epsilon * 0.005));
        Assert.Equal(double.PositiveInfinity, PldAccountant.Epsilon(Plan(new PrivacyEvent.Approximate(epsilon, delta)), Delta.Create(Math.BitDecrement(delta))));
    }

    [Theory]
    [InlineData("pld")]
    [InlineData("rdp")]
    [InlineData("zcdp")]
    [InlineData("best")]
    public void DeltaThatTheEventsUseUp_HasNoFigure(string accountant)
    {
        var plan = Plan(new PrivacyEvent.Gaussian(5), new PrivacyEvent.Repeat(100, new PrivacyEvent.Approximate(0.1, 1e-8)));
        Assert.Equal("account.no-bound", Assert.Throws<PlanRefusedException>(() => PlanAccountants.Account(plan, Delta.Create(9.9e-7), accountant)).Code);
        Assert.True(PlanAccountants.Account(plan, Delta.Create(1.1e-6), accountant).Epsilon > 0);
    }

    [Fact]
    public void Samples_OfThem_FailAsOftenAsTheyAreIn()
    {
        // (epsilon, delta) on a Poisson sample: ln(1 + q (e^epsilon - 1)) at q delta, exactly (Balle, Barthe, Gaboardi 2018, theorem 8), and not below that delta.
        var plan = Plan(new PrivacyEvent.Poisson(0.1, new PrivacyEvent.Approximate(1, 1e-5)));
        Assert.InRange(PldAccountant.Epsilon(plan, Delta.Create(1e-6 * (1 + 1e-9))), Math.Log(1 + (0.1 * (Math.E - 1))) * (1 - 1e-4), Math.Log(1 + (0.1 * (Math.E - 1))) + 1e-3);
        Assert.Equal(double.PositiveInfinity, PldAccountant.Epsilon(plan, Delta.Create(0.99e-6)));
        var (rdp, _) = RenyiAccountant.Epsilon(plan, Delta.Create(2e-6));
        Assert.InRange(rdp, PldAccountant.Epsilon(plan, Delta.Create(2e-6)), 1);

        // Two on one sample, under exchange, against both separately.
        var drawn = new PrivacyPlan(NeighbouringRelation.ReplaceOne, [new PrivacyEvent.WithoutReplacement(1000, 100, new PrivacyEvent.Repeat(2, new PrivacyEvent.Approximate(0.5, 1e-5)))]);
        Assert.InRange(PldAccountant.Epsilon(drawn, Delta.Create(2.1e-6)), 0.05, Math.Log(1 + (0.1 * (Math.E - 1))) + 1e-3);
    }

    [Fact]
    public void Ledger_TakesTheirDelta_AndThePureLossOutsideIt()
    {
        var loss = RenyiAccountant.Loss(Plan(new PrivacyEvent.Repeat(3, new PrivacyEvent.Approximate(0.7, 1e-6))));
        Assert.InRange(loss.DeltaUnits, LossUnits.RoundUp(3e-6), LossUnits.RoundUp(3e-6) + 1);
        var pure = PrivacyEvents.Pure(Epsilon.Create(0.7)).Times(3);
        Assert.All(Enumerable.Range(0, RenyiOrders.Count), i => Assert.InRange(loss.Units[i], pure.Units[i] - 10, pure.Units[i] + 100));
    }

    [Theory]
    [InlineData("\"epsilon\":0,\"delta\":1e-6", "events[0].epsilon is 0")]
    [InlineData("\"epsilon\":1", "events[0].delta is missing")]
    [InlineData("\"epsilon\":1,\"delta\":0", "events[0].delta is 0")]
    [InlineData("\"epsilon\":1,\"delta\":1", "events[0].delta is 1")]
    [InlineData("\"epsilon\":1,\"delta\":-1e-6", "events[0].delta is -1e-6")]
    [InlineData("\"epsilon\":1,\"delta\":1e999", "events[0].delta is 1e999")]
    [InlineData("\"epsilon\":1,\"delta\":\"NaN\"", "events[0].delta is a string")]
    [InlineData("\"epsilon\":1,\"delta\":1e-6,\"rho\":1", "events[0].rho is no field")]
    public void WrongFields_AreRefusedByName(string fields, string what) => Assert.Contains(
        what, Assert.Throws<PlanRefusedException>(() => PlanJson.Read($$"""{"neighbors":"add-remove","events":[{"kind":"approximate",{{fields}}}]}""")).Message, StringComparison.Ordinal);

    [Fact]
    public void Write_IsReadAsTheSamePlan()
    {
        var plan = Plan(
            new PrivacyEvent.Gaussian(1.1), new PrivacyEvent.DiscreteGaussian(2.5, 3), new PrivacyEvent.Laplace(1 / 3.0), new PrivacyEvent.DiscreteLaplace(0.1, 2), new PrivacyEvent.RandomizedResponse(0.3, 5),
            new PrivacyEvent.Exponential(0.2), new PrivacyEvent.Pure(1e-9), new PrivacyEvent.Approximate(0.1, 1e-300), new PrivacyEvent.Zcdp(Math.PI), new PrivacyEvent.Poisson(0.1, new PrivacyEvent.Gaussian(2)),
            new PrivacyEvent.WithoutReplacement(1L << 40, 100, new PrivacyEvent.Repeat(7, new PrivacyEvent.Laplace(2))));
        var again = PlanJson.Read(PlanJson.Write(plan));
        Assert.Equal(plan.Relation, again.Relation);
        Assert.Equal<PrivacyEvent>(plan.Events, again.Events);
        var nested = PlanJson.Write(Plan(new PrivacyEvent.Compose([new PrivacyEvent.Pure(1), new PrivacyEvent.Compose([new PrivacyEvent.Zcdp(2)])])));
        Assert.Equal(nested, PlanJson.Write(PlanJson.Read(nested)));
    }

    [Theory]
    [InlineData("SELECT COUNT(*) FROM data")]
    [InlineData("SELECT region, AVG(x), MEDIAN(x) FROM data GROUP BY region")]
    [InlineData("SELECT job, COUNT(*), QUANTILE(x, 0.9) FROM data GROUP BY job")]
    public void ToPlan_LosesWhatTheQueryIsPlannedAt_AndHardlyMore(string sql)
    {
        var plan = SelectSamples.Plan(SelectSamples.Query(sql));
        var loss = RenyiAccountant.Loss(PlanJson.Read(PlanJson.Write(plan.ToPlan())));
        Assert.True(loss.DeltaUnits >= plan.Loss.DeltaUnits);
        Assert.InRange(loss.DeltaUnits, plan.Loss.DeltaUnits, plan.Loss.DeltaUnits + 1);
        Assert.All(Enumerable.Range(0, RenyiOrders.Count), i => Assert.InRange(loss.Units[i], plan.Loss.Units[i] - 10, (plan.Loss.Units[i] * 1.0001) + 1000));
    }

    [Theory]
    [InlineData(1e-6, 1)]
    [InlineData(1e-6, 7)]
    [InlineData(3e-8, 100)]
    [InlineData(1e-5, 16)]
    public void ToPlan_DeltaOfSelectedKeys_FitsTheQuarterThatABudgetOfTheSameDeltaSetsAside(double delta, int groups)
    {
        var schema = SelectSamples.Schema($$"""{ "unit": "person", "unitColumn": "who", "maximumRowsPerUnit": {{groups}}, "maximumGroupsPerUnit": {{groups}}, "columns": [ { "name": "who", "type": "text" }, { "name": "job", "type": "text" } ] }""");
        Assert.True(LocalPlan.TryCreate(SelectSamples.Query("SELECT job, COUNT(*) FROM data GROUP BY job", schema), Epsilon.Create(2), Delta.Create(delta), out var plan, out var fault), fault?.Message);
        var aside = BudgetLimit.Create(Epsilon.Create(4), Delta.Create(delta), delta / 4).MechanismDeltaUnits;
        Assert.InRange(plan.Loss.DeltaUnits, aside - 1, aside);
        Assert.InRange(RenyiAccountant.Loss(plan.ToPlan()).DeltaUnits, aside - 1, aside);
        Assert.InRange(plan.Epsilon.Value, 1.6, 2);
    }

    private static PrivacyPlan Plan(params PrivacyEvent[] events) => new(NeighbouringRelation.AddRemove, [.. events]);

    // delta_i = sum over l < i of C(k, l) (e^((k-l) epsilon) - e^((k-2i+l) epsilon)) / (1 + e^epsilon)^k, by logarithms.
    private static double DeltaOf(double epsilon, int k, int i)
    {
        double sum = 0;
        for (var l = 0; l < i; l++)
        {
            var choose = Enumerable.Range(1, l).Aggregate(BigInteger.One, (c, j) => c * (k - j + 1) / j);
            sum += Math.Exp(BigInteger.Log(choose) + ((k - l) * epsilon) - (k * Math.Log(1 + Math.Exp(epsilon)))) * -double.ExpM1((2 * (l - i)) * epsilon);
        }

        return sum;
    }

    private static double Optimal((double Epsilon, double Delta)[] parts, double delta)
    {
        var left = 1 - ((1 - delta) / parts.Aggregate(1.0, (product, p) => product * (1 - p.Delta)));
        if (left < 0)
        {
            return double.PositiveInfinity;
        }

        var losses = Enumerable.Range(0, 1 << parts.Length).Select(set => Enumerable.Range(0, parts.Length).Sum(i => (set >> i & 1) == 1 ? parts[i].Epsilon : -parts[i].Epsilon)).ToArray();
        var scale = parts.Aggregate(1.0, (product, p) => product * 2 * Math.Cosh(p.Epsilon / 2));
        double At(double e) => losses.Sum(l => Math.Max(0, Math.Exp(l / 2) - Math.Exp(e - (l / 2)))) / scale;
        var (low, high) = (0.0, losses.Max());
        if (At(0) <= left)
        {
            return 0;
        }

        for (var i = 0; i < 200; i++)
        {
            (low, high) = At((low + high) / 2) > left ? ((low + high) / 2, high) : (low, (low + high) / 2);
        }

        return high;
    }
}
