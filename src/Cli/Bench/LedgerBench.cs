using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Cli.Bench;

/// <summary>How long one admission takes besides its journal's append.</summary>
/// <param name="Name">Which budget.</param>
/// <param name="LevelsMet">How many filters a charge must fit.</param>
/// <param name="ChargesBefore">How many charges the ledger holds.</param>
/// <param name="MedianMicroseconds">Deciding, sealing into the chain, and applying.</param>
/// <param name="NinetyNinthMicroseconds">The 99th of 100.</param>
internal sealed record AdmissionResult(string Name, int LevelsMet, int ChargesBefore, double MedianMicroseconds, double NinetyNinthMicroseconds);

/// <summary>How many charges are made durable, each reserved and committed by an append of its own.</summary>
/// <param name="Journal"><c>file</c> or <c>postgres</c>.</param>
/// <param name="Ledgers">How many ledgers side by side, each one charge at a time.</param>
/// <param name="Charges">How many were made.</param>
/// <param name="ChargesPerSecond">Of all ledgers together.</param>
internal sealed record DurableResult(string Journal, int Ledgers, int Charges, double ChargesPerSecond);

/// <summary>What <c>bench ledger --json</c> prints.</summary>
/// <param name="Admissions">Without a journal.</param>
/// <param name="Durable">With one.</param>
internal sealed record LedgerBenchDocument(IReadOnlyList<AdmissionResult> Admissions, IReadOnlyList<DurableResult> Durable);

/// <summary>The ledger's rules and its journals, without grain, gateway or witnesses.</summary>
internal static class LedgerBench
{
    private const int Measured = 2000;
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1), Measure = TimeSpan.FromSeconds(4);
    private static readonly RenyiLoss Loss = PrivacyEvents.Zcdp(Rho.Create(1e-9));

    /// <summary>The times of admissions to an open ledger that holds many charges.</summary>
    /// <param name="name">What the result calls it.</param>
    /// <param name="levels">Limits below the data set's.</param>
    /// <param name="blocks">How many blocks each charge is about.</param>
    /// <param name="before">How many charges are there already.</param>
    public static AdmissionResult Admit(string name, ImmutableArray<BudgetLevel> levels, int blocks, int before)
    {
        var ledger = Opened("bench", levels);
        ImmutableArray<string> named = [.. TimeBlock.Covering(BlockLength.Day, new DateOnly(2024, 1, 1), new DateOnly(2024, 1, 1).AddDays(Math.Max(0, blocks - 1))).Take(blocks).Select(b => b.Name)];
        var times = new double[Measured];
        for (var i = 0; i < before + Measured; i++)
        {
            var request = Charge($"c{i}", named);
            var start = TimeProvider.System.GetTimestamp();
            ledger = ledger.Apply(ledger.Reserve(request, Now).Entry!);
            if (i >= before)
            {
                times[i - before] = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds;
            }
        }

        Array.Sort(times);
        return new AdmissionResult(name, ledger.Standing("analyst", named).Count, before, times[Measured / 2], times[Measured * 99 / 100]);
    }

    /// <summary>Charges a second over a journal.</summary>
    /// <param name="journal">Fresh.</param>
    /// <param name="name">What the result calls it.</param>
    /// <param name="ledgers">How many side by side.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<DurableResult> ChargeAsync(IJournal journal, string name, int ledgers, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, ledgers).Select(i => Task.Run(() => ChargeAsync(journal, $"ledger/{name}-{ledgers}-{i}", began, cancel), cancel)));
        return new DurableResult(name, ledgers, counts.Sum(), counts.Sum() / Measure.TotalSeconds);
    }

    private static async Task<int> ChargeAsync(IJournal journal, string stream, long began, CancellationToken cancel)
    {
        var ledger = BudgetLedger.Empty;
        await DoAsync(l => l.Open(Definition("bench", []), Now));
        var measured = 0;
        for (var i = 0; TimeProvider.System.GetElapsedTime(began) < WarmUp + Measure; i++)
        {
            var id = $"c{i}";
            await DoAsync(l => l.Reserve(Charge(id, []), Now));
            await DoAsync(l => l.Commit(id, Now));
            measured += TimeProvider.System.GetElapsedTime(began) > WarmUp ? 1 : 0;
        }

        return measured;

        async Task DoAsync(Func<BudgetLedger, LedgerDecision> decide)
        {
            var entry = decide(ledger).Entry ?? throw new InvalidOperationException("The budget of the measurement is full.");
            var outcome = await journal.AppendAsync(stream, ledger.Version, [new JournalEntry("ledger.bench", LedgerEntryCodec.Encode(entry))], cancel);
            ledger = outcome is AppendOutcome.Appended ? ledger.Apply(entry) : throw new InvalidOperationException("The journal is not fresh.");
        }
    }

    private static BudgetLedger Opened(string budget, ImmutableArray<BudgetLevel> levels) => BudgetLedger.Empty.Apply(BudgetLedger.Empty.Open(Definition(budget, levels), Now).Entry!);

    private static BudgetDefinition Definition(string budget, ImmutableArray<BudgetLevel> levels) => new("bench", budget, Limit(), Neighbours.AddRemoveRecord, []) { Levels = levels };

    /// <summary>A limit that no measurement reaches.</summary>
    public static BudgetLimit Limit() => BudgetLimit.Create(Epsilon.Create(10), Delta.Create(1e-6));

    private static ChargeRequest Charge(string id, ImmutableArray<string> blocks) => new(id, "bench", "analyst", new string('a', 64), Neighbours.AddRemoveRecord, Loss) { Blocks = blocks };
}
