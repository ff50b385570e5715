using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Selects;
using static PrivacyGrains.Privacy.Tests.Queries.Selects.SelectSamples;

namespace PrivacyGrains.Privacy.Tests.Queries.Selects;

public class SelectQuerySpecTests
{
    private const string Sql = "SELECT region, COUNT(*), AVG(x) FROM data GROUP BY region";

    private static SelectQuerySpec Spec(double rho = 0.05, int contributors = 5, int colluding = 1, int dropping = 1) =>
        SelectQuerySpec.Create("q", "analyst", Query(Sql), Rho.Create(rho), contributors, colluding, dropping);

    [Fact]
    public void TryDecode_OwnText_GivesTheSameQueryAndNoise()
    {
        var text = Spec().Encode();
        Assert.True(SelectQuerySpec.IsOne(text));
        Assert.True(SelectQuerySpec.TryDecode(text, out var spec, out var fault), fault);
        Assert.Equal(text, spec.Encode());
        Assert.Equal(Spec().Noise().LocalVariance, spec.Noise().LocalVariance);
        Assert.Equal(Query(Sql).Digest(), spec.Query().Digest());
    }

    public static TheoryData<string, string, string> Foreign => new()
    {
        { "\"rho\":0.05", "\"rho\":0.04", "does not cover" },
        { "\"dropping\":1", "\"dropping\":2", "does not cover" },
        { "\"maximumRowsPerUnit\":1", "\"maximumRowsPerUnit\":2", "maximumRowsPerUnit" },
        { "AVG(x)", "MEDIAN(x)", "quantile" },
        { "AVG(x)", "avg(x)", "canonical form" },
        { "AVG(x)", "AVG(y)", "no column y" },
        { "\"contributors\":5", "\"contributors\":5000", "" },
        { "\"id\":\"q\"", "\"id\":null", "" },
        { "\"id\":\"q\",", "", "has an id" },
        { "{\"selectQuery\":1", "{\"selectQuery\":2", "version 1" },
        { "\"id\"", "\"extra\":1,\"id\"", "extra" },
        { "\"low\":0", "\"low\":40", "low below high" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void TryDecode_AnAlteredText_IsRefused(string from, string to, string words)
    {
        var text = Spec().Encode();
        var altered = text.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(text, altered);
        Assert.False(SelectQuerySpec.TryDecode(altered, out _, out var fault));
        Assert.Contains(words, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 0, 0)]
    [InlineData(5, 1, 1)]
    [InlineData(20, 3, 5)]
    public void Create_CountsTheNoiseOfHonestSurvivorsAlone(int contributors, int colluding, int dropping)
    {
        var spec = Spec(0.05, contributors, colluding, dropping);
        var counted = PrivacyEvents.Gaussian(spec.Noise().LocalVariance.ToDouble() * (contributors - colluding - dropping), spec.Query().Sensitivity(NeighbouringRelation.AddRemove).L2Squared);
        var (charge, loss) = (PrivacyEvents.Zcdp(Rho.Create(0.05)), spec.Noise().Loss);
        Assert.All(counted.Units.Zip(loss.Units), p => Assert.True(p.Second >= p.First));
        Assert.All(loss.Units.Zip(charge.Units), p => Assert.InRange((double)p.First / p.Second, 0.99, 1));
    }

    [Fact]
    public void ManyParties_TheNoisedTotalsFiguresAreRight_AndTheErrorBarsCoverAsStated()
    {
        const int runs = 1000;
        var spec = Spec();
        var (query, noise) = (spec.Query(), spec.Noise());
        var tables = Enumerable.Range(0, 4).Select(p => Table("region,x", [.. Enumerable.Range(0, 60).Select(i => $"{(i % 3 == 0 ? "north" : "south")},{(i + p) % 41}")])).ToList();
        double[] north = [.. Enumerable.Range(0, 4).SelectMany(p => Enumerable.Range(0, 60).Where(i => i % 3 == 0).Select(i => (double)((i + p) % 41)))];
        using var random = new TestRandom(9);
        var (counts, means) = (0, 0);
        for (var run = 0; run < runs; run++)
        {
            var total = new ulong[query.Dimension];
            foreach (var table in tables)
            {
                Assert.True(SelectNoise.TryWords(table, query, noise, random.Source, out var words, out var fault), fault?.Message);
                total = [.. total.Zip(words, (a, b) => unchecked(a + b))];
            }

            var figures = SelectAnswer.FromTotal(query, noise, JointNoise.FromWords(total), 4)[0].Figures;
            counts += figures[0].Lower <= 80 && 80 <= figures[0].Upper ? 1 : 0;
            means += figures[1].Lower <= north.Average() && north.Average() <= figures[1].Upper ? 1 : 0;
        }

        // 95 % of 1,000 is 950, deviation 6.9; outside five deviations with probability below 1e-6 over the choice of the seed.
        Assert.InRange(counts, 915, 985);
        Assert.InRange(means, 915, 985);
        Assert.Throws<ArgumentOutOfRangeException>(() => SelectAnswer.FromTotal(query, noise, new long[query.Dimension], 3));
        Assert.Throws<ArgumentException>(() => SelectAnswer.FromTotal(query, noise, new long[3], 4));
    }
}
