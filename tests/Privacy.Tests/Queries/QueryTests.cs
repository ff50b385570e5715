using System.Text;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Privacy.Tests.Queries;

public class QueryTests
{
    private static readonly Neighbours Patients = new(NeighbouringRelation.AddRemove, PrivacyUnit.Create("patient"));
    private static readonly Delta SmallDelta = Delta.Create(1e-6);

    [Fact]
    public void Compute_CountsAndSumsWhatPasses()
    {
        var table = Make("a,10", "b,20", "a,40", "a,-5", "c,30");
        Assert.Equal([5L], Compute(table, StatisticsQuery.Count()));
        Assert.Equal([3L], Compute(table, StatisticsQuery.Count(new RowFilter("who", FilterComparison.Equal, "a"))));
        Assert.Equal([2L], Compute(table, StatisticsQuery.Count(new RowFilter("who", FilterComparison.NotEqual, "a"))));
        Assert.Equal([2L], Compute(table, StatisticsQuery.Count(new RowFilter("x", FilterComparison.AtLeast, "10"), new RowFilter("x", FilterComparison.Below, "30"))));

        // Range 0 to 40: 10, 20, 40, 0 (clamped), 30 lie -0.5, 0, 1, -1, 0.5 halves from the middle.
        Assert.Equal([5 * StatisticsQuery.ValueUnits, 0], Compute(table, StatisticsQuery.Mean("x", 0, 40)));
        Assert.Equal([1 * StatisticsQuery.ValueUnits, StatisticsQuery.ValueUnits / 2], Compute(table, StatisticsQuery.Mean("x", 0, 40, new RowFilter("who", FilterComparison.Equal, "c"))));
    }

    [Fact]
    public void Compute_ContributionIsBoundedPerUnit()
    {
        var table = Make("a,40", "b,20", "a,40", "a,40", "c,40");
        var query = StatisticsQuery.Mean("x", 0, 40) with { UnitColumn = "who", MaximumRowsPerUnit = 2 };
        Assert.Equal([4 * StatisticsQuery.ValueUnits, 3 * StatisticsQuery.ValueUnits], Compute(table, query));
        Assert.Equal([3L], Compute(table, StatisticsQuery.Count() with { UnitColumn = "who" }));
    }

    [Theory]
    [InlineData(StatisticKind.Count, NeighbouringRelation.AddRemove)]
    [InlineData(StatisticKind.Count, NeighbouringRelation.ReplaceOne)]
    [InlineData(StatisticKind.Mean, NeighbouringRelation.AddRemove)]
    [InlineData(StatisticKind.Mean, NeighbouringRelation.ReplaceOne)]
    public void Sensitivity_IsNeverExceeded_AndIsReached(StatisticKind kind, NeighbouringRelation relation)
    {
        var query = (kind == StatisticKind.Count ? StatisticsQuery.Count() : StatisticsQuery.Mean("x", 0, 10)) with { UnitColumn = "who", MaximumRowsPerUnit = 3 };
        query = query with { Filters = [new RowFilter("x", FilterComparison.Below, "50")] };
        var (l2Squared, l1) = query.Sensitivity(relation);
        var (mostSquared, mostL1) = (0.0, 0.0);
        using var random = new TestRandom(21);
        for (var i = 0; i < 2000; i++)
        {
            string[] others = [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"o{random.Next(2)},{random.Next(12)}")];
            var (left, right) = (OneUnit(random), relation == NeighbouringRelation.AddRemove ? [] : OneUnit(random));
            var with = Compute(Make([.. others, .. left]), query);
            var without = Compute(Make([.. others, .. right]), query);
            var differences = with.Zip(without, (a, b) => (double)(a - b)).ToList();
            (mostSquared, mostL1) = (Math.Max(mostSquared, differences.Sum(d => d * d)), Math.Max(mostL1, differences.Sum(Math.Abs)));
        }

        Assert.Equal((l2Squared, l1), (mostSquared, mostL1));

        static string[] OneUnit(TestRandom random)
        {
            string[] values = ["-1", "0", "10", "11", "99"];
            var value = values[random.Next(5)];
            return [.. Enumerable.Range(0, random.Next(6)).Select(_ => $"one,{(random.Next(3) == 0 ? values[random.Next(5)] : value)}")];
        }
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(5, 1, 1)]
    [InlineData(20, 3, 5)]
    public void Plan_KeepsItsTarget_AndNoiseOfHonestSurvivorsSuffices(int contributors, int colluding, int dropping)
    {
        var plan = QueryPlan.Create(StatisticsQuery.Count(), Neighbours.AddRemoveRecord, Epsilon.Create(0.5), SmallDelta, contributors, colluding, dropping);
        Assert.InRange(RenyiConversion.Best(plan.Loss, SmallDelta).Epsilon.Value, 0.495, 0.5);
        var counted = PrivacyEvents.Gaussian(plan.LocalVariance.ToDouble() * (contributors - colluding - dropping), 1);
        Assert.All(counted.Units.Zip(plan.Loss.Units), p => Assert.True(p.Second >= p.First));
    }

    [Fact]
    public void ManyParties_NoisedTotalIsRight_AndTheErrorBarCoversAsStated()
    {
        var tables = Enumerable.Range(0, 5).Select(p => Make([.. Enumerable.Range(0, 100).Select(i => $"u{i},{(i * 7 + p) % 41}")])).ToList();
        var queries = new[] { StatisticsQuery.Count(new RowFilter("x", FilterComparison.AtLeast, "20")), StatisticsQuery.Mean("x", 0, 40) };
        using var random = new TestRandom(31);
        foreach (var query in queries)
        {
            var plan = QueryPlan.Create(query, Neighbours.AddRemoveRecord, Epsilon.Create(1), SmallDelta, contributors: 5, colluding: 1, dropping: 1);
            var parts = tables.Take(4).Select(t => Compute(t, query)).ToList();
            var truth = query.Kind == StatisticKind.Count
                ? parts.Sum(p => p[0])
                : 20 + (20.0 * parts.Sum(p => p[1]) / parts.Sum(p => p[0]));
            var covered = 0;
            for (var run = 0; run < 2000; run++)
            {
                var sum = new ulong[query.Dimension];
                foreach (var words in parts.Select(part => JointNoise.ToWords(part, JointNoise.Share(plan, random.Source))))
                {
                    for (var i = 0; i < sum.Length; i++)
                    {
                        sum[i] = unchecked(sum[i] + words[i]);
                    }
                }

                var answer = QueryAnswer.FromTotal(plan, JointNoise.FromWords(sum), included: 4, SmallDelta);
                covered += answer.Lower <= truth && truth <= answer.Upper ? 1 : 0;
                Assert.InRange(answer.Epsilon, 0, 1);
            }

            // 95 % of 2,000 is 1,900, deviation 9.7; outside five deviations with probability below 1e-6 over the choice of the seed (counts are discrete: up to 2 % more).
            Assert.InRange(covered, 1851, 1990);
        }
    }

    [Fact]
    public void Answer_TooFewIncludedOrAStrangeTotal_IsRefused_AndAnEmptyMeanHasNoValue()
    {
        var plan = QueryPlan.Create(StatisticsQuery.Mean("x", 0, 40), Neighbours.AddRemoveRecord, Epsilon.Create(1), SmallDelta, 3, 0, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => QueryAnswer.FromTotal(plan, [1, 1], 1, SmallDelta));
        Assert.Throws<ArgumentOutOfRangeException>(() => QueryAnswer.FromTotal(plan, [1, 1], 4, SmallDelta));
        Assert.Throws<ArgumentException>(() => QueryAnswer.FromTotal(plan, [1], 3, SmallDelta));
        var empty = QueryAnswer.FromTotal(plan, [-5, 3], 3, SmallDelta);
        Assert.Equal((null, 0.0, 40.0), (empty.Value, empty.Lower, empty.Upper));
    }

    [Fact]
    public void Plan_UnitMustFitTheBudget()
    {
        var byUnit = StatisticsQuery.Count() with { UnitColumn = "who" };
        Assert.Throws<ArgumentException>(() => QueryPlan.Create(byUnit, Neighbours.AddRemoveRecord, Epsilon.Create(1), SmallDelta));
        Assert.Throws<ArgumentException>(() => QueryPlan.Create(StatisticsQuery.Count(), Patients, Epsilon.Create(1), SmallDelta));
        var one = QueryPlan.Create(byUnit, Patients, Epsilon.Create(1), SmallDelta);
        var wide = QueryPlan.Create(byUnit with { MaximumPartiesPerUnit = 3 }, Patients, Epsilon.Create(1), SmallDelta);
        Assert.Equal(9, wide.LocalVariance.ToDouble() / one.LocalVariance.ToDouble(), 1);
        Assert.NotEqual(one.Digest(), wide.Digest());
        Assert.Throws<ArgumentOutOfRangeException>(() => QueryPlan.Create(byUnit, Patients, Epsilon.Create(1e-5), Delta.Create(1e-9)));
    }

    [Fact]
    public void Charge_OfAPlan_FitsTheLedger()
    {
        var plan = QueryPlan.Create(StatisticsQuery.Count(), Neighbours.AddRemoveRecord, Epsilon.Create(0.5), SmallDelta);
        var binding = ReleaseBinding.Create("q1", "s1", new byte[32], Convert.FromHexString(plan.Digest()));
        var request = new ChargeRequest("q1", "count", "analyst", binding, plan.Neighbours, plan.Loss);
        Assert.True(LedgerSampleOpen().Reserve(request, DateTimeOffset.UnixEpoch).Outcome.Stands);

        static BudgetLedger LedgerSampleOpen() => Ledger.LedgerSamples.Open();
    }

    [Fact]
    public void Query_RoundTripsAndHasOneDigest()
    {
        var query = StatisticsQuery.Mean("x", 0, 40, new RowFilter("who", FilterComparison.Equal, "a"));
        Assert.True(StatisticsQuery.TryParse(query.ToCanonicalBytes(), out var back, out var fault), fault);
        Assert.Equal(query, back);
        Assert.Equal(query.Digest(), back.Digest());
        Assert.NotEqual(query.Digest(), (query with { Upper = 41 }).Digest());
        Assert.NotEqual(query.Digest(), (query with { Filters = [] }).Digest());
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("null", "empty")]
    [InlineData("{}", "filters")]
    [InlineData("{\"kind\":\"Median\",\"filters\":[]}", "JSON")]
    [InlineData("{\"kind\":\"Count\",\"column\":\"x\",\"filters\":[],\"unitColumn\":\"\",\"maximumRowsPerUnit\":1,\"maximumPartiesPerUnit\":1}", "column")]
    [InlineData("{\"kind\":\"Mean\",\"column\":\"x\",\"lower\":1,\"upper\":1,\"filters\":[],\"unitColumn\":\"\",\"maximumRowsPerUnit\":1,\"maximumPartiesPerUnit\":1}", "lower, upper")]
    [InlineData("{\"kind\":\"Count\",\"column\":\"\",\"filters\":[{\"column\":\"x\",\"comparison\":\"Below\",\"value\":\"many\"}],\"unitColumn\":\"\",\"maximumRowsPerUnit\":1,\"maximumPartiesPerUnit\":1}", "not a number")]
    [InlineData("{\"kind\":\"Count\",\"column\":\"\",\"filters\":[],\"unitColumn\":\"\",\"maximumRowsPerUnit\":2,\"maximumPartiesPerUnit\":1}", "maximumRowsPerUnit")]
    [InlineData("{\"kind\":\"Count\",\"column\":\"\",\"filters\":[],\"unitColumn\":\"\",\"maximumRowsPerUnit\":1,\"maximumPartiesPerUnit\":0}", "maximumPartiesPerUnit")]
    [InlineData("{\"kind\":\"Count\",\"surprise\":1,\"filters\":[]}", "JSON")]
    public void Query_ThatIsNone_IsRefused_AndTheFieldIsNamed(string json, string named)
    {
        Assert.False(StatisticsQuery.TryParse(Encoding.UTF8.GetBytes(json), out _, out var fault));
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_UnknownColumnOrNoNumber_IsRefusedWhateverTheFilterPicks()
    {
        var table = Make("a,1", "b,two");
        Assert.Equal("table.unknown-column", Refusal(StatisticsQuery.Mean("y", 0, 1)).Code);
        Assert.Equal("table.unknown-column", Refusal(StatisticsQuery.Count(new RowFilter("y", FilterComparison.Equal, "1"))).Code);
        Assert.Equal("table.unknown-column", Refusal(StatisticsQuery.Count() with { UnitColumn = "y" }).Code);
        var fault = Refusal(StatisticsQuery.Mean("x", 0, 1, new RowFilter("who", FilterComparison.Equal, "a")));
        Assert.Equal(("table.not-a-number", 2, "x"), (fault.Code, fault.Row, fault.Column));
        Assert.Throws<ArgumentException>(() => LocalAggregate.TryCompute(table, StatisticsQuery.Mean("x", 1, 0), out _, out _));

        TableFault Refusal(StatisticsQuery query)
        {
            Assert.False(LocalAggregate.TryCompute(table, query, out _, out var refusal));
            return refusal;
        }
    }

    private static Table Make(params string[] rows)
    {
        Assert.True(Table.TryCreate(["who", "x"], rows.Select(r => (IReadOnlyList<string>)r.Split(',')), out var table, out var fault), fault?.Message);
        return table;
    }

    private static long[] Compute(Table table, StatisticsQuery query)
    {
        Assert.True(LocalAggregate.TryCompute(table, query, out var aggregate, out var fault), fault?.Message);
        return aggregate;
    }
}
