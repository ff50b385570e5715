using PrivacyGrains.EndToEnd.Tests.CommandLine;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Selection;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Sweeps;

[Collection(CommandLineCollection.Name)]
public class SweepAtSiloTests
{
    [Fact]
    public async Task PartysBudget_PaysForTheSelection_AndRefusesWhatItHasNoRoomFor()
    {
        using var folder = new TempFolder();
        await using var up = await UpProcess.StartAsync(folder.Path);
        var (party, records) = (Path.Combine(folder.Path, "h1"), Path.Combine(folder.Path, "x.csv"));
        var invitation = (await up.RunAsync("party invite h1 --json")).Good().Document().GetProperty("invitation").GetString();
        (await CommandRun.OfAsync("join", invitation!, "--folder", party, "--url", up.Url)).Good();
        (await up.RunAsync("budget open h1/records --epsilon 40 --delta 1e-5 --level period=quarter,epsilon=20", party)).Good();
        await File.WriteAllLinesAsync(records, Enumerable.Range(0, 2000).Select(i => (A: Math.Sin(i * 12.9898), B: Math.Cos(i * 78.233))).Select(p => $"{p.A:R},{p.B:R},{(p.A + (p.B / 2) > 0 ? 1 : 0)},2026-11-21").Append("7,7,y,2027-01-01").Prepend("a,b,y,day")); // what is not of the quarter is not read

        string Line(string epsilons, string job) => $"train --sweep epsilon={epsilons} --sweep learning-rate=2,4 --selection logarithmic --target-accuracy 0.8 --data {records} --label y --range=-1,1 --job {Path.Combine(folder.Path, job)} --budget records --time day --from 2026-10-01 --to 2026-12-31 --json";
        var undated = await up.RunAsync(Line("4,8", "undated").Replace(" --time day --from 2026-10-01 --to 2026-12-31", "", StringComparison.Ordinal), party);
        Assert.Equal(2, undated.ExitCode);
        Assert.Contains("dates.missing", undated.Error, StringComparison.Ordinal);

        var run = (await up.RunAsync(Line("4,8", "one"), party)).Good();
        var ledger = run.Document().GetProperty("ledger");
        Assert.Equal("h1/records", ledger.GetProperty("name").GetString());
        Assert.Equal(["committed", "committed", "refunded"], ledger.GetProperty("charges").EnumerateArray().Select(c => c.GetProperty("status").GetString()));

        // The silo computes the losses itself: at its preset order, what each adds.
        var delta = Delta.Create(1e-5);
        var plan = SweepPlan.Create(new SweepTerms([4, 8], [2, 4], 0.8, delta, 24, ClipNorm.Create(0.5), 0, 0.25, null, NumberOfRuns.WithMean(0, 4), StopsAtTarget: true));
        var order = BudgetLimit.Create(Epsilon.Create(40), delta).OrderIndex;
        Assert.Equal(run.Output, (await up.RunAsync(Line("4,8", "one"), party)).Good().Output);

        var dear = await up.RunAsync(Line("8,16", "two"), party);
        Assert.Equal(1, dear.ExitCode);
        Assert.Contains("ledger.over-budget", dear.Output, StringComparison.Ordinal);
        var statement = (await up.RunAsync("budget statement h1/records --json", party)).Good().Document();
        Assert.Equal(2, statement.GetProperty("charges").EnumerateArray().Count(c => c.GetProperty("status").GetString() == "committed"));
        Assert.Equal(plan.Levels[0].Loss.Units[order] / (double)LossUnits.One, statement.GetProperty("charges").EnumerateArray().Single(c => c.GetProperty("purpose").GetString() == "sweep: best trial at epsilon 4").GetProperty("epsilon").GetDouble(), 2e-6);
        Assert.All(statement.GetProperty("charges").EnumerateArray(), c => Assert.Equal("2026-Q4", Assert.Single(c.GetProperty("blocks").EnumerateArray()).GetString()));
        Assert.Equal(0, statement.GetProperty("epsilonReserved").GetDouble());
    }
}
