using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Learning.Tests.Training;

public class LogisticRegressionTests
{
    [Fact]
    public void Fit_OneFeatureOfTwoValues_HasTheClosedForm()
    {
        // Two groups, 30 of 40 and 5 of 25 positive: without a ridge the log-odds are those of the groups.
        var rows = Rows([.. Group(1, 30, 40), .. Group(-1, 5, 25)]);
        var model = LogisticRegression.Fit(rows, 1e-12).Model;
        Assert.Equal(Math.Log(30.0 / 10), model.LogOdds([1]), 1e-8);
        Assert.Equal(Math.Log(5.0 / 20), model.LogOdds([-1]), 1e-8);
    }

    [Fact]
    public void Fit_Sample_GradientVanishes()
    {
        const double Ridge = 1e-3;
        var fit = LogisticRegression.Fit(Sample.All, Ridge);
        Assert.InRange(fit.Steps, 2, 30);
        var sums = new double[Sample.All.FeatureCount + 1];
        for (var row = 0; row < Sample.All.RowCount; row++)
        {
            var error = (fit.Model.Score(Sample.All.Features(row)) - Sample.All.Label(row)) / Sample.All.RowCount;
            for (var i = 0; i < Sample.All.FeatureCount; i++)
            {
                sums[i] += error * Sample.All.Features(row)[i];
            }

            sums[^1] += error;
        }

        Assert.All(sums.Zip(fit.Model.ToParameters()).Take(sums.Length - 1), pair => Assert.InRange(pair.First + (Ridge * pair.Second), -1e-9, 1e-9));
        Assert.InRange(sums[^1], -1e-9, 1e-9);
        Assert.True(fit.Model.Accuracy(Sample.All) > 0.97);
    }

    [Fact]
    public void Fit_RowsThatALineSeparates_EndsBecauseOfTheRidge()
    {
        var fit = LogisticRegression.Fit(Rows([.. Group(1, 20, 20), .. Group(-1, 0, 20)]), 1e-4);
        Assert.InRange(fit.Model.Weights[0], 3, 30);
        Assert.Equal(1, fit.Model.Accuracy(Rows([.. Group(1, 20, 20), .. Group(-1, 0, 20)])));
    }

    [Fact]
    public void Fit_FeaturesThatRepeatEachOther_AreHeldApartByTheRidge()
    {
        var fit = LogisticRegression.Fit(Rows([.. Group(1, 30, 40), .. Group(-1, 5, 25)], twice: true), 1e-6);
        Assert.Equal(fit.Model.Weights[0], fit.Model.Weights[1], 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Fit_RidgeThatIsNone_IsRefused(double ridge) => Assert.Throws<ArgumentOutOfRangeException>(() => LogisticRegression.Fit(Sample.All, ridge));

    [Fact]
    public void Fit_NoRows_IsRefused() => Assert.Throws<ArgumentException>(() => LogisticRegression.Fit(Sample.All.Select([]), 1));

    private static IEnumerable<(string X, string Label)> Group(int x, int positive, int all) => Enumerable.Range(0, all).Select(i => ($"{x}", i < positive ? "yes" : "no"));

    private static LabelledTable Rows(IReadOnlyList<(string X, string Label)> rows, bool twice = false)
    {
        string[] names = twice ? ["a", "b"] : ["a"];
        Assert.True(Table.TryCreate([.. names, "y"], [.. rows.Select(r => (IReadOnlyList<string>)[.. names.Select(_ => r.X), r.Label])], out var table, out _));
        var schema = new DatasetSchema("s", "y", "yes", "no", [.. names.Select(n => new FeatureRange(n, -1, 1))]);
        Assert.True(LabelledTable.TryCreate(table, schema, out var labelled, out _));
        return labelled;
    }
}
