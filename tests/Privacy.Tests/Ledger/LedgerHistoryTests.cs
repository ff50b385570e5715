using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using static PrivacyGrains.Privacy.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Privacy.Tests.Ledger;

/// <summary>
/// Random histories, 120,000 requests in all: two activations of one ledger over one fenced journal, whose steps interleave; requests repeated, concurrent for one charge, and of other content under a used id;
/// crashes before the append, after it, and before the answer. <see cref="HistoryChecker"/> sees every entry and every answer.
/// </summary>
public class LedgerHistoryTests
{
    private const int Histories = 8;
    private const int Requests = 2500;

    [Theory]
    [InlineData(1, 8, "")]
    [InlineData(2, 1, "")]
    [InlineData(3, 20, "analyst")]
    [InlineData(4, 20, "block")]
    [InlineData(5, 8, "analyst,block,analyst in block")]
    [InlineData(6, 0.5, "analyst in block")]
    public void RandomHistory_NeverOverBudgetAtAnyLevel_NeverALostOrDoubledCommit(int seed, double epsilon, string levels)
    {
        var (refused, asked) = (new HashSet<string>(StringComparer.Ordinal), 0);
        for (var i = 0; i < Histories; i++)
        {
            using var random = new TestRandom((seed * 1000) + i);
            var history = new History(random, LevelledDefinition(epsilon, levels));
            refused.UnionWith(history.Run(Requests));
            asked += history.Asked;
            Assert.True(history is { Conflicts: > 50, Crashes: > 2, Journal.Count: > 300 }, $"{history.Conflicts} conflicts, {history.Crashes} crashes, {history.Journal.Count} entries");
        }

        Assert.Equal(Histories * Requests, asked);
        Assert.Superset(levels.Split(',', StringSplitOptions.RemoveEmptyEntries).DefaultIfEmpty("data set").ToHashSet(), refused); // each limit was met
    }

    [Fact]
    public void RandomHistory_ReplayedFromItsBytes_EqualsTheLiveLedgerAtEachPrefix()
    {
        using var random = new TestRandom(7);
        var history = new History(random, LevelledDefinition(8, "analyst,block,analyst in block"));
        history.Run(600);
        var live = BudgetLedger.Empty;
        for (var i = 0; i < history.Journal.Count; i++)
        {
            live = live.Apply(history.Journal[i]);
            if (i % 20 == 0 || i == history.Journal.Count - 1)
            {
                var decoded = history.Journal.Take(i + 1).Select(e => LedgerEntryCodec.TryDecode(LedgerEntryCodec.Encode(e), out var back) ? back : null!);
                Assert.Equal(Print(live), Print(BudgetLedger.Replay(decoded)));
            }
        }

        Assert.True(LedgerChain.Verify(history.Journal).IsOk);
    }

    private static BudgetDefinition LevelledDefinition(double epsilon, string levels)
    {
        var limits = ImmutableArray.CreateBuilder<BudgetLevel>();
        foreach (var level in levels.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            limits.AddRange(level switch
            {
                "analyst" => [Level("*", null, epsilon / 2), Level("analyst-2", null, epsilon / 3)],
                "block" => [Level(null, BlockLength.Quarter, epsilon / 2)],
                "analyst in block" => [Level("*", BlockLength.Quarter, epsilon / 3.4)],
                _ => Array.Empty<BudgetLevel>(),
            });
        }

        return Definition(epsilon, mechanismDelta: 1e-6) with { Levels = limits.ToImmutable() };
    }

    private static BudgetLevel Level(string? analyst, BlockLength? period, double epsilon) =>
        new(analyst, period, BudgetLimit.Create(Epsilon.Create(epsilon), Delta.Create(1e-5), 1e-6));

    /// <summary>One journal, two activations, and what their clients ask.</summary>
    private sealed class History(TestRandom random, BudgetDefinition definition)
    {
        private readonly HistoryChecker _checker = new(definition);
        private readonly Activation[] _activations = [new(), new()];

        public int Asked { get; private set; }

        public int Conflicts { get; private set; }

        public int Crashes { get; private set; }

        public List<LedgerEntry> Journal { get; } = [];

        public IEnumerable<string> Run(int requests)
        {
            while (Asked < requests || _activations.Any(a => a.Asked is not null))
            {
                Step(_activations[random.Next(2)], requests);
            }

            _checker.Ends(BudgetLedger.Replay(Journal));
            return _checker.LevelsThatRefused;
        }

        private void Step(Activation at, int requests)
        {
            if (at.Asked is not { } asked)
            {
                if (Asked < requests)
                {
                    if (at.Ledger.Version == 0 || random.Next(50) == 0)
                    {
                        at.CatchUp(Journal); // an activation begins by reading; later it may be idle for a while, and begin again
                    }

                    (Asked, at.Asked) = (Asked + 1, Journal.Count == 0 ? Opening() : Next());
                    at.Decision = at.Asked.Decide(at.Ledger);
                }
            }
            else if (at.IsDurable)
            {
                if (random.Next(100) == 0)
                {
                    Crashes++;
                    at.Die(Journal); // it happened, and nobody was told
                    return;
                }

                at.Ledger = at.Ledger.Apply(at.Decision!.Entry!);
                Answer(at, asked);
            }
            else if (at.Decision!.Entry is not { } entry)
            {
                Answer(at, asked); // what stands already, or a refusal: by what this activation knows
            }
            else if (random.Next(100) == 0)
            {
                Crashes++;
                at.Die(Journal); // nothing happened
            }
            else if (entry.Version != Journal.Count + 1)
            {
                Conflicts++;
                at.CatchUp(Journal); // the fence: the other activation wrote meanwhile
                at.Decision = asked.Decide(at.Ledger);
            }
            else
            {
                Journal.Add(entry);
                _checker.Durable(entry);
                at.IsDurable = true;
            }
        }

        private void Answer(Activation at, Request asked)
        {
            _checker.Answered(asked.Id, at.Decision!.Outcome, asked.Charge, at.Ledger.Version == Journal.Count);
            at.End();
        }

        private Request Opening() => new("open", null, l => l.Open(definition, Now));

        private Request Next()
        {
            var (number, now) = (random.Next(Requests / 3), Now.AddSeconds(Asked));
            var (id, disclosure) = ($"c{number}", $"d{number}");
            var charge = ChargeOf(number, random.Next(40) == 0);
            return random.Next(13) switch
            {
                < 5 => new Request(id, charge, l => l.Reserve(charge, now)),
                < 9 => new Request(id, null, l => l.Commit(id, now)),
                9 => new Request(id, null, l => l.Refund(id, "test", now)),
                10 => new Request(id, null, l => l.MarkAborted(id, "test", now)),
                11 => new Request(disclosure, null, l => l.ReserveDisclosure(Disclosure(disclosure, 1 + (number % 3)), now)),
                _ when number % 2 == 0 => new Request(disclosure, null, l => l.CommitDisclosure(disclosure, now)),
                _ => new Request(disclosure, null, l => l.RefundDisclosure(disclosure, "test", now)),
            };
        }

        // One number is one charge, so that asking again is a repetition, but for a client that uses an id for something else.
        private ChargeRequest ChargeOf(int number, bool isOther)
        {
            var whole = definition.Limit.LimitUnits / (double)LossUnits.One / definition.Limit.Order; // in zCDP; some 300 charges fit
            var blocks = Enumerable.Range(0, definition.Period is null ? 0 : 1 + (number % 3)).Select(i => $"2026-Q{((number / 3) + i) % 4 + 1}").Order(StringComparer.Ordinal);
            return Charge($"c{number}", (1 + (number % 5)) * whole / 900 * (isOther ? 1.5 : 1), delta: number % 7 == 0 ? 1e-8 : 0) with
            {
                Analyst = $"analyst-{number % 4}",
                Blocks = [.. blocks],
                Plan = number % 11 == 0 ? "{}" : null,
            };
        }
    }

    private sealed record Request(string Id, ChargeRequest? Charge, Func<BudgetLedger, LedgerDecision> Decide);

    /// <summary>One activation: what it has read, and the request that it is at.</summary>
    private sealed class Activation
    {
        public BudgetLedger Ledger { get; set; } = BudgetLedger.Empty;

        public Request? Asked { get; set; }

        public LedgerDecision? Decision { get; set; }

        public bool IsDurable { get; set; }

        public void CatchUp(List<LedgerEntry> journal)
        {
            for (var version = (int)Ledger.Version; version < journal.Count; version++)
            {
                Ledger = Ledger.Apply(journal[version]);
            }
        }

        public void Die(List<LedgerEntry> journal)
        {
            Ledger = BudgetLedger.Empty;
            CatchUp(journal);
            End();
        }

        public void End() => (Asked, Decision, IsDurable) = (null, null, false);
    }
}
