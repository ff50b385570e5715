using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Cli.Sweeps;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Queries.Own;
using PrivacyGrains.EndToEnd.Tests.CommandLine;
using PrivacyGrains.EndToEnd.Tests.Demo;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Selection;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Sweeps;

/// <summary>A search that dies at any place goes on as if it had not.</summary>
public sealed class SweepCrashTests : IDisposable
{
    private static readonly DatasetSchema Schema = new("records", "y", "1", "0", [new FeatureRange("a", -1, 1), new FeatureRange("b", -1, 1)]);
    private readonly TempFolder _folder = new();
    private readonly string _data;

    public SweepCrashTests()
    {
        _data = Path.Combine(_folder.Path, "x.csv");
        File.WriteAllLines(_data, Enumerable.Range(0, 400).Select(i => (A: Math.Sin(i * 12.9898), B: Math.Cos(i * 78.233))).Select(p => $"{p.A:R},{p.B:R},{(p.A + (p.B / 2) > 0 ? 1 : 0)}").Prepend("a,b,y"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CrashAtAnyAppend_LeavesOneChargeARelease_AndTheSameTrials(bool after)
    {
        for (var at = 0; ; at++)
        {
            var (job, ledger) = (new CrashingJournal(), Path.Combine(_folder.Path, $"books-{Guid.NewGuid():N}"));
            var crash = new CrashPoint(at, after);
            job.Crash = crash;
            var crashed = false;
            try
            {
                await RunAsync(job, ledger, crash: crash);
            }
            catch (CrashedException)
            {
                crashed = true;
            }

            job.Crash = null;
            var before = job.Entries.ToList();
            var (state, charges) = await RunAsync(job, ledger);
            AssertSound(job, ledger, state, charges);
            Assert.All(before.Zip(job.Entries), pair => Assert.Equal(pair.First, pair.Second));
            if (!crashed)
            {
                Assert.Equal(before.Count, job.Entries.Count); // running a search that has ended changes nothing
                Assert.True(at > 10);
                return;
            }
        }
    }

    [Fact]
    public async Task NoRoom_RefusesBeforeARecordIsRead_GivesBack_AndSaysWhatIsLeft()
    {
        var (job, ledger) = (new CrashingJournal(), Path.Combine(_folder.Path, "books"));
        var refusal = await Assert.ThrowsAsync<QueryRefusedException>(() => RunAsync(job, ledger, limit: 25, rows: () => throw new InvalidOperationException("The records were read.")));
        Assert.Equal(LedgerCodes.OverBudget, refusal.Code);
        Assert.Contains("left", refusal.Message, StringComparison.Ordinal);
        using var books = LedgerFolder.Open(ledger, create: false, TimeProvider.System);
        Assert.Equal(0, books.Ledger.EpsilonSoFar);
        Assert.NotEmpty(books.Ledger.Charges);
        Assert.IsType<SweepRefused>(SweepEntry.Of(job.Entries[^1]));
    }

    // It died after the refusal was noted and before what it held was given back.
    [Fact]
    public async Task RefusedSearch_IsGivenBackByTheNextRun_WhichBeginsAnew()
    {
        var (job, ledger) = (new CrashingJournal(), Path.Combine(_folder.Path, "books"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(job, ledger, rows: () => throw new InvalidOperationException("The machine's trouble.")));
        await job.AppendAsync("sweep", job.Entries.Count, [new SweepRefused().ToJournal()], CancellationToken.None);
        var (state, charges) = await RunAsync(job, ledger);
        Assert.True(state.IsFinished);
        using var books = LedgerFolder.Open(ledger, create: false, TimeProvider.System);
        Assert.Equal(8, books.Ledger.Charges.Count());
        Assert.All(books.Ledger.Charges.Where(c => charges.All(mine => mine.Id != c.Request.ChargeId)), c => Assert.Equal(LedgerStatus.Refunded, c.Status));
    }

    [Fact]
    public async Task OtherOptionsOrOtherRecords_InTheSameFolder_AreRefused()
    {
        var (job, ledger) = (new CrashingJournal(), Path.Combine(_folder.Path, $"books-{Guid.NewGuid():N}"));
        await RunAsync(job, ledger);
        Assert.Equal("sweep.other-search", (await Assert.ThrowsAsync<InputException>(() => RunAsync(job, ledger, computation: new string('1', 64)))).Code);
        await File.AppendAllTextAsync(_data, "0,0,1\n");
        Assert.Equal("sweep.other-records", (await Assert.ThrowsAsync<InputException>(() => RunAsync(job, ledger))).Code);
    }

    // Killed (SIGKILL) once the first level is released, amid the second.
    [Fact]
    public async Task Kill_AndTheSameLineAgain_GoesOn()
    {
        var job = Path.Combine(_folder.Path, "job");
        string[] line = ["train", "--sweep", "epsilon=0.5,1,2", "--sweep", "learning-rate=1,3,6", "--target-accuracy", "1", "--whole-frontier", "--data", _data, "--label", "y", "--range=-1,1", "--job", job, "--steps", "1000", "--selection", "poisson", "--runs", "25", "--json"];
        await using (var process = DemoProcess.Start(_folder.Path, line))
        {
            Assert.True(await process.ToldAsync("epsilon 0.5: accuracy"));
            await process.KillAsync();
        }

        var before = await EntriesAsync(Path.Combine(job, "journal"));
        Assert.DoesNotContain(before, entry => entry is SweepFinished);
        var (exit, output, errors) = await DemoProcess.ToEndAsync(_folder.Path, line);
        Assert.True(exit is 0 or 1, errors);
        var after = await EntriesAsync(Path.Combine(job, "journal"));
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First.ToJournal().Payload.ToArray(), pair.Second.ToJournal().Payload.ToArray()));
        Assert.Equal(3, after.OfType<SweepLevelBegun>().Count());
        Assert.Equal(after.OfType<SweepLevelBegun>().Sum(level => level.Candidates.Length), after.OfType<SweepTrialDone>().Count());
        Assert.IsType<SweepFinished>(after[^1]);
        var again = await CommandRun.OfAsync(line);
        Assert.Equal(output.Trim(), again.Output.Trim());
        var charges = again.Document().GetProperty("ledger").GetProperty("charges").EnumerateArray().ToList();
        Assert.Equal(4, charges.Count);
        Assert.All(charges, charge => Assert.Equal("committed", charge.GetProperty("status").GetString()));
        Assert.Equal(4, again.Document().GetProperty("ledger").GetProperty("charges").EnumerateArray().Select(c => c.GetProperty("id").GetString()).Distinct().Count());
    }

    private static async Task<List<SweepEntry>> EntriesAsync(string folder)
    {
        await using var journal = FileJournal.Open(folder);
        return await journal.ReadAsync("sweep", 0, CancellationToken.None).Select(SweepEntry.Of).ToListAsync();
    }

    private static void AssertSound(CrashingJournal job, string ledger, SweepState state, IReadOnlyList<SweepCharge> charges)
    {
        var entries = job.Entries.Select(SweepEntry.Of).ToList();
        Assert.Single(entries.OfType<SweepStarted>());
        Assert.Single(entries.OfType<SweepSized>());
        Assert.Single(entries.OfType<SweepFinished>());
        var begun = entries.OfType<SweepLevelBegun>().Select(e => e.Level).ToList(); // the first level may reach the target by luck, the second does
        Assert.Equal(Enumerable.Range(0, begun.Count), begun);
        Assert.InRange(begun.Count, 1, 2);
        Assert.Equal(begun, entries.OfType<SweepLevelReleased>().Select(e => e.Level));
        Assert.All(entries.OfType<SweepLevelBegun>(), level => Assert.Equal(level.Candidates, entries.OfType<SweepTrialDone>().Where(t => t.Level == level.Level).Select(t => t.Candidate)));

        using var books = LedgerFolder.Open(ledger, create: false, TimeProvider.System);
        var replayed = books.Ledger;
        Assert.Equal(4, replayed.Charges.Count());
        var paid = 1 + begun.Count; // the size, and each level that was begun
        Assert.Equal(Enumerable.Range(0, 4).Select(i => i < paid ? LedgerStatus.Committed : LedgerStatus.Refunded), charges.Select(c => replayed.FindCharge(c.Id)!.Status));
        Assert.Equal(charges.Take(paid).Aggregate(RenyiLoss.Zero, (sum, c) => sum.Plus(c.Loss)), replayed.LossSoFar);
        Assert.True(state.IsFinished);
    }

    private async Task<(SweepState State, IReadOnlyList<SweepCharge> Charges)> RunAsync(
        CrashingJournal job, string books, double? limit = null, Func<SweepRows>? rows = null, string? computation = null, CrashPoint? crash = null)
    {
        var plan = SweepPlan.Create(new SweepTerms(
            [0.01, 20, 30], [3, 4], 0.9, Delta.Create(1e-5), 6, ClipNorm.Create(0.5), 0, 0, null, NumberOfRuns.WithMean(1, 2), StopsAtTarget: true));
        using var ledger = new CrashingLedger(FolderLedger.Open(books, limit, plan.Total, plan.Terms.Delta, TimeProvider.System), crash);
        var search = new SweepJob(plan, rows ?? (() => SweepRows.Read(_data, Schema, _data)), job, ledger, SystemRandomSource.Instance, static _ => { });
        return await search.RunAsync(computation ?? plan.Digest(), new Progress<double>(), CancellationToken.None);
    }
}
