using System.Collections.Concurrent;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Ledger;
using PrivacyGrains.Grains.Tests.Stock;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Grains.Tests.Ledger;

/// <summary>
/// Random histories over the journals that are shipped: two activations of one ledger, each on a thread of its own with what a grain keeps (<see cref="Journal{TState, TEntry}"/>, <see cref="LedgerRules"/>), repeat and
/// contradict each other; appends fail before and after they are written; activations die and read the store again.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class LedgerJournalHistoryTests(PostgresServer server)
{
    private const int RequestsOfEach = 700;
    private static readonly JournalShape<LedgerBook, LedgerEntry> Shape = new(() => LedgerBook.Empty, static (book, entry) => book.Apply(entry), LedgerCodec.Instance);

    [Fact]
    public async Task RandomHistory_OverFiles_NeverOverBudget_NeverALostOrDoubledCommit()
    {
        using var folder = new TempFolder();
        await using var journal = FileJournal.Open(folder.Path);
        await RunAsync(journal, journal);
    }

    [RequiresFact("postgres")]
    public async Task RandomHistory_OverPostgres_NeverOverBudget_NeverALostOrDoubledCommit()
    {
        var database = await server.CreateDatabaseAsync("ledger-history");
        await using var first = await PostgresJournal.OpenAsync(database, "city", null, CancellationToken.None);
        await using var second = await PostgresJournal.OpenAsync(database, "city", null, CancellationToken.None); // a connection of its own, as another silo has
        await RunAsync(first, second);
    }

    private static async Task RunAsync(IJournal first, IJournal second)
    {
        var terms = Terms(8) with { Levels = [new("*", null, 5, 1e-6), new(null, "quarter", 4, 1e-6)] };
        var acknowledged = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var refusals = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var one = new FailingJournal(first, 1);
        using var other = new FailingJournal(second, 2);
        await Task.WhenAll(Task.Run(() => ActAsync(one, terms, 11, acknowledged, refusals)), Task.Run(() => ActAsync(other, terms, 12, acknowledged, refusals)));

        var entries = new List<LedgerEntry>();
        await foreach (var recorded in second.ReadAsync("ledger/records", 0, CancellationToken.None))
        {
            entries.Add(LedgerCodec.Instance.Decode("ledger/records", recorded));
        }

        Assert.True(LedgerChain.Verify(entries).IsOk);
        var live = BudgetLedger.Empty;
        foreach (var entry in entries)
        {
            live = live.Apply(entry);
            Assert.All(live.ToStatement().Levels, l => Assert.True(l.LossSoFar <= l.Limit.Epsilon.Value && l.Share <= 1, $"version {entry.Version}: {l.Level} is over its limit"));
        }

        var committed = entries.OfType<ChargeCommitted>().Select(c => c.ChargeId).ToList();
        Assert.Equal(committed.Count, committed.Distinct().Count());
        Assert.Equal(entries.OfType<ChargeReserved>().Count(), entries.OfType<ChargeReserved>().Select(c => c.ChargeId).Distinct().Count());
        Assert.All(acknowledged, a => Assert.True(a.Value != "committed" || live.FindCharge(a.Key)!.Status is LedgerStatus.Committed or LedgerStatus.AbortedCommitted, $"{a.Key} was acknowledged as committed and is {live.FindCharge(a.Key)!.Status}"));
        Assert.True(refusals.GetValueOrDefault(LedgerCodes.OverBudget) > 0 && committed.Count > 20 && one.Failures > 10 && other.Failures > 10, $"{committed.Count} commits, {one.Failures} and {other.Failures} failures");
    }

    private static async Task ActAsync(
        FailingJournal store, BudgetTerms terms, int seed, ConcurrentDictionary<string, string> acknowledged, ConcurrentDictionary<string, int> refusals)
    {
        using var random = new Choices(seed);
        var journal = await OpenAsync();
        for (var i = 0; i < RequestsOfEach; i++)
        {
            var number = random.Next(RequestsOfEach / 3);
            var (id, now) = ($"c{number}", DateTimeOffset.UnixEpoch.AddSeconds(i));
            var charge = Charge(id, 0.002 * (1 + (number % 7)) * (random.Next(50) == 0 ? 2 : 1)) with { Recipient = $"analyst-{number % 2}", Blocks = [$"2026-Q{1 + (number % 4)}"] };
            Func<LedgerBook, Decision<LedgerEntry>> rule = i == 0 ? b => b.Open("city", "records", terms, now) : random.Next(8) switch
            {
                < 4 => b => b.Reserve(charge, now),
                < 6 => b => b.Commit(id, now),
                6 => b => b.Refund(id, "test", now),
                _ => b => b.MarkAborted(id, "test", now),
            };
            try
            {
                if (await journal.DecideAsync(rule) is { } refusal)
                {
                    refusals.AddOrUpdate(refusal.Code, 1, (_, n) => n + 1);
                }
                else if (journal.State.Ledger.FindCharge(id) is { Status: LedgerStatus.Committed })
                {
                    acknowledged[id] = "committed";
                }
            }
            catch (IOException)
            {
                if (random.Next(2) == 0)
                {
                    journal = await OpenAsync(); // the activation dies of it; else it reads the store before its next use
                }
            }
        }

        Task<Journal<LedgerBook, LedgerEntry>> OpenAsync() => Journal<LedgerBook, LedgerEntry>.OpenAsync(store, "ledger/records", Shape, CancellationToken.None);
    }

    private sealed class Choices(int seed) : IDisposable
    {
        private readonly AesCtrRandomSource _source = new([.. Enumerable.Repeat((byte)seed, AesCtrRandomSource.SeedLength)]);
        private readonly byte[] _word = new byte[4];

        public int Next(int below)
        {
            _source.Fill(_word);
            return (int)(BitConverter.ToUInt32(_word) % (uint)below);
        }

        public void Dispose() => _source.Dispose();
    }

    /// <summary>A journal whose appends fail now and then: before they are written, or after, when the answer is lost.</summary>
    private sealed class FailingJournal(IJournal inner, int seed) : IJournal, IDisposable
    {
        private readonly Choices _random = new(seed);

        public int Failures { get; private set; }

        public IAsyncEnumerable<RecordedEntry> ReadAsync(string stream, long afterVersion, CancellationToken cancellationToken) => inner.ReadAsync(stream, afterVersion, cancellationToken);

        public async Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
        {
            Fail("before");
            var outcome = await inner.AppendAsync(stream, expectedVersion, entries, cancellationToken);
            Fail("after");
            return outcome;
        }

        public Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken) => inner.ReadSnapshotAsync(stream, cancellationToken);

        public Task WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken) => inner.WriteSnapshotAsync(stream, snapshot, cancellationToken);

        public IAsyncEnumerable<string> ListStreamsAsync(string prefix, CancellationToken cancellationToken) => inner.ListStreamsAsync(prefix, cancellationToken);

        public void Dispose() => _random.Dispose();

        private void Fail(string when)
        {
            if (_random.Next(25) == 0)
            {
                Failures++;
                throw new IOException($"the disk is gone, {when} the append");
            }
        }
    }
}
