using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Queries.Own;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>A durable search for the lowest sufficient epsilon: run again after a crash, it goes on where it was.</summary>
/// <remarks>
/// <para>(1) The search gets its name and its splitting key. (2) Every level's charge is held; where the ledger has no room for all, those are given back. (3) The records are read. (4) For each level, rising: its charge is
/// committed; the number of trials and their candidates are drawn once; each trial is journaled when it is done; the best is released. (5) The first level that reaches the target ends it; charges of levels that
/// never began are given back. Each step is durable before the next, and each may be repeated.</para>
/// <para>A trial that a crash cut short is run again with fresh noise: nothing of the first was seen by anyone, and what crashed cannot depend on its outcome but by the machine's own trouble.</para>
/// </remarks>
/// <param name="plan">The search.</param>
/// <param name="rows">Reads the records; called once every charge is held.</param>
/// <param name="journal">The job's own; secret.</param>
/// <param name="ledger">Where it is charged.</param>
/// <param name="noise">Cryptographic.</param>
/// <param name="note">Told what is released, and what goes on.</param>
internal sealed class SweepJob(SweepPlan plan, Func<SweepRows> rows, IJournal journal, ISweepLedger ledger, IRandomSource noise, Action<string> note)
{
    private const string Stream = "sweep";
    private readonly SweepState _state = new();
    private long _version;

    /// <summary>Runs the search to its end, or finds that it has ended.</summary>
    /// <param name="computation">Digest of all that was asked; another one in the same folder is refused.</param>
    /// <param name="done">Told the share of levels that are released.</param>
    /// <param name="cancel">Ends it between trials.</param>
    /// <returns>Where it stands, and its charges.</returns>
    public async Task<(SweepState State, IReadOnlyList<SweepCharge> Charges)> RunAsync(string computation, IProgress<double> done, CancellationToken cancel)
    {
        await foreach (var entry in journal.ReadAsync(Stream, 0, cancel))
        {
            _state.Apply(SweepEntry.Of(entry));
            _version = entry.Version;
        }

        foreach (var refused in _state.Refused)
        {
            await GiveBackAsync(Charges(refused.Search, refused.Computation), cancel); // a crash may have come between
        }

        var search = await StartAsync(computation, cancel);
        var charges = Charges(search.Search, computation);
        var records = await HoldAndReadAsync(search, charges, cancel);
        if (_state.IsFinished)
        {
            return (_state, charges);
        }

        var split = records.Split(plan.Terms.HeldBack, search.Key);
        var count = plan.Terms.DeclaredCount ?? _state.Count ?? await MeasureAsync(charges[0].Id, split, cancel);
        var first = plan.Terms.DeclaredCount is null ? 1 : 0;
        var stopped = false;
        for (var level = 0; level < plan.Levels.Length; level++)
        {
            var charge = charges[first + level];
            if (stopped)
            {
                await ledger.RefundAsync(charge.Id, "the search had stopped", cancel);
                continue;
            }

            await ledger.CommitAsync(charge.Id, cancel);
            await LevelAsync(level, split, count, cancel);
            stopped = plan.Terms.StopsAtTarget && plan.Reaches(level, _state.Released(level));
            done.Report((level + 1.0) / plan.Levels.Length);
        }

        await AppendAsync(new SweepFinished(), cancel);
        return (_state, charges);
    }

    private async Task<SweepStarted> StartAsync(string computation, CancellationToken cancel)
    {
        if (_state.Started is null)
        {
            await AppendAsync(new SweepStarted(Convert.ToHexStringLower(Random(8)), computation, Random(RecordSplit.KeyLength)), cancel);
        }

        return _state.Started is { } started && started.Computation == computation ? started
            : throw new InputException("sweep.other-search", "The job's folder holds a search with other options or of other columns. Repeat its command line, or name another folder.");
    }

    private async Task<SweepRows> HoldAndReadAsync(SweepStarted search, IReadOnlyList<SweepCharge> charges, CancellationToken cancel)
    {
        try
        {
            foreach (var charge in _state.IsFinished ? [] : charges)
            {
                await ledger.ReserveAsync(charge, cancel);
            }

            var records = rows();
            if (_state.Rows is null)
            {
                await AppendAsync(new SweepRead(records.Digest(search.Key)), cancel);
            }

            return records.Digest(search.Key) == _state.Rows ? records
                : throw new InputException("sweep.other-records", "The records are not those that this search was begun with. Bring those back, or name another folder.");
        }
        catch (Exception e) when (_state.Rows is null && (e is InputException or QueryRefusedException || (e is GatewayException refusal && refusal.Code.StartsWith("ledger.", StringComparison.Ordinal))))
        {
            await AppendAsync(new SweepRefused(), cancel);
            await GiveBackAsync(charges, cancel);
            throw;
        }
    }

    private async Task<int> MeasureAsync(string charge, SweepSides split, CancellationToken cancel)
    {
        await ledger.CommitAsync(charge, cancel);
        await AppendAsync(new SweepSized(SweepTrial.MeasureSize(split.Trained, noise)), cancel);
        return _state.Count!.Value;
    }

    private async Task LevelAsync(int level, SweepSides split, int count, CancellationToken cancel)
    {
        if (_state.At(level) is null)
        {
            var trials = plan.Terms.Runs is { } runs ? RunCount.Sample(runs, noise) : 1;
            await AppendAsync(new SweepLevelBegun(level, [.. Enumerable.Range(0, trials).Select(_ => RunCount.Choose(plan.Terms.LearningRates.Length, noise))]), cancel);
        }

        var at = _state.At(level)!;
        if (at.Best is null)
        {
            for (var trial = at.Trials.Count; trial < at.Candidates.Count; trial++)
            {
                cancel.ThrowIfCancellationRequested();
                var result = await Task.Run(() => SweepTrial.Run(plan, level, at.Candidates[trial], split.Trained, split.Scored, count, noise), cancel);
                await AppendAsync(new SweepTrialDone(level, result.Candidate, [.. result.Parameters], result.Right, result.Wrong), cancel);
            }

            await AppendAsync(new SweepLevelReleased(level, TrialResult.Best(at.Trials)), cancel);
        }

        note(SweepLines.Released(plan, level, _state.Released(level)));
    }

    private async Task GiveBackAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel)
    {
        var held = (await ledger.StandAsync(charges, cancel)).Charges.Where(c => c.Status == LedgerStatus.Reserved.ToName()).Select(c => c.Id).ToList();
        foreach (var id in held)
        {
            await ledger.RefundAsync(id, "the search did not begin", cancel);
        }
    }

    private List<SweepCharge> Charges(string search, string computation)
    {
        var list = new List<SweepCharge>();
        if (plan.Terms.DeclaredCount is null)
        {
            Add("size", "sweep: number of training records", plan.SizeLoss, SweepPlan.SizeEvents());
        }

        foreach (var level in plan.Levels)
        {
            Add($"epsilon-{SweepLines.Number(level.Epsilon)}", $"sweep: best trial at epsilon {SweepLines.Number(level.Epsilon)}", level.Loss, plan.LevelEvents(level));
        }

        return list;

        void Add(string release, string purpose, RenyiLoss loss, string events) => list.Add(new SweepCharge(
            $"sweep/{search}/{release}", purpose, ReleaseBinding.Create($"sweep.{release}", search, [], Convert.FromHexString(computation)), loss, events));
    }

    private byte[] Random(int length)
    {
        var bytes = new byte[length];
        noise.Fill(bytes);
        return bytes;
    }

    private async Task AppendAsync(SweepEntry entry, CancellationToken cancel)
    {
        _version = await journal.AppendAsync(Stream, _version, [entry.ToJournal()], cancel) is AppendOutcome.Appended appended
            ? appended.NewVersion
            : throw new InvalidDataException("The job's journal was written by someone else meanwhile.");
        _state.Apply(entry);
    }
}
