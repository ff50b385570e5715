using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Learning.Sweeps;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Mechanisms;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>A durable search for the lowest sufficient epsilon: run again after a crash, it goes on where it was.</summary>
/// <remarks>
/// <para>(1) Room for all levels is looked for before any record is read. (2) The search gets its name and its splitting key. (3) Every level's charge is held. (4) For each level, rising: its charge is
/// committed; the number of trials and their candidates are drawn once; each trial is journaled when it is done; the best is released. (5) The first level that reaches the target ends it; charges of levels that
/// never began are given back. Each step is durable before the next, and each may be repeated.</para>
/// <para>A trial that a crash cut short is run again with fresh noise: nothing of the first was seen by anyone, and what crashed cannot depend on its outcome but by the machine's own trouble.</para>
/// </remarks>
/// <param name="plan">The search.</param>
/// <param name="rows">Reads the records; called once there is room.</param>
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

        var (search, records) = await StartAsync(computation, cancel);
        var charges = Charges(search.Search, computation);
        if (_state.IsFinished)
        {
            return (_state, charges);
        }

        try
        {
            foreach (var charge in charges)
            {
                await ledger.ReserveAsync(charge, cancel);
            }
        }
        catch (GatewayException e) when (e.Code == LedgerCodes.OverBudget && _state.At(0) is null && _state.Count is null)
        {
            await AppendAsync(new SweepRefused(), cancel); // another search took the room meanwhile
            await GiveBackAsync(charges, cancel);
            throw;
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

    private async Task<(SweepStarted Search, SweepRows Rows)> StartAsync(string computation, CancellationToken cancel)
    {
        if (_state.Started is { } started)
        {
            if (started.Computation != computation)
            {
                throw new InputException("sweep.other-search", "The job's folder holds a search with other options or of other columns. Repeat its command line, or name another folder.");
            }

            var same = rows();
            return same.Digest(started.Key) == started.Rows ? (started, same)
                : throw new InputException("sweep.other-records", "The records are not those that this search was begun with. Bring those back, or name another folder.");
        }

        var name = Random(8);
        await ledger.CheckRoomAsync(Charges(Convert.ToHexStringLower(name), computation), cancel);
        var key = Random(RecordSplit.KeyLength);
        var records = rows();
        var search = new SweepStarted(Convert.ToHexStringLower(name), computation, records.Digest(key), key);
        await AppendAsync(search, cancel);
        return (search, records);
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
            await ledger.RefundAsync(id, "the ledger had no room for the whole search", cancel);
        }
    }

    private List<SweepCharge> Charges(string search, string computation)
    {
        var list = new List<SweepCharge>();
        if (plan.Terms.DeclaredCount is null)
        {
            Add("size", "sweep: number of training records", plan.SizeLoss);
        }

        foreach (var level in plan.Levels)
        {
            Add($"epsilon-{SweepLines.Number(level.Epsilon)}", $"sweep: best trial at epsilon {SweepLines.Number(level.Epsilon)}", level.Loss);
        }

        return list;

        void Add(string release, string purpose, Privacy.Accounting.RenyiLoss loss) => list.Add(new SweepCharge(
            $"sweep/{search}/{release}", purpose, ReleaseBinding.Create($"sweep.{release}", search, [], Convert.FromHexString(computation)), loss));
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
