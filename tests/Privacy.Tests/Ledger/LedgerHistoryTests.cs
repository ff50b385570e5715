using PrivacyGrains.Privacy.Ledger;
using static PrivacyGrains.Privacy.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Privacy.Tests.Ledger;

/// <summary>
/// Random histories against a model: two activations of one ledger over one fenced journal, lost answers, crashes between append and apply, repeated requests.
/// The model knows only what was acknowledged; the journal is the truth that both must agree with.
/// </summary>
public class LedgerHistoryTests
{
    private const int Operations = 1500;

    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 8)]
    [InlineData(3, 2)]
    [InlineData(4, 1)]
    [InlineData(5, 0.5)]
    [InlineData(6, 20)]
    public void RandomHistory_NeverOverBudget_NeverALostOrDoubledCommit_ReplayEqualsLive(int seed, double epsilon)
    {
        using var random = new TestRandom(seed);
        var journal = new List<LedgerEntry>();
        var activations = new[] { BudgetLedger.Empty, BudgetLedger.Empty };
        var acknowledged = new Dictionary<string, LedgerStatus>(StringComparer.Ordinal);
        Act(l => l.Open(Definition(epsilon, mechanismDelta: 1e-6), Now), "open");
        var refused = 0;

        for (var i = 0; i < Operations; i++)
        {
            var id = $"c{random.Next(Operations / 3)}";
            var rho = (1 + (id.Length * 7 % 5)) * epsilon * epsilon / 4000;
            var outcome = random.Next(12) switch
            {
                < 4 => Act(l => l.Reserve(Charge(id, rho, delta: id.EndsWith('7') ? 1e-8 : 0), Now.AddSeconds(i)), id),
                < 8 => Act(l => l.Commit(id, Now.AddSeconds(i)), id),
                8 => Act(l => l.Refund(id, "test", Now.AddSeconds(i)), id),
                9 => Act(l => l.MarkAborted(id, "test", Now.AddSeconds(i)), id),
                10 => Act(l => l.ReserveDisclosure(Disclosure("d" + id, 1 + (id.Length % 3)), Now.AddSeconds(i)), "d" + id),
                _ => Act(l => random.Next(2) == 0 ? l.CommitDisclosure("d" + id, Now) : l.RefundDisclosure("d" + id, "test", Now), "d" + id),
            };
            refused += outcome?.Code is LedgerCodes.OverBudget or LedgerCodes.OverQuota ? 1 : 0;
            if (i % 250 == 0 || i == Operations - 1)
            {
                Check();
            }
        }

        Assert.True(refused > 0, "the history never met its limit");
        Assert.True(LedgerChain.Verify(journal).IsOk);
        ReplayEqualsLiveAtEachPrefix();

        // One activation decides; the append may conflict (it then reloads and decides again), the process may die before or after the append.
        LedgerOutcome? Act(Func<BudgetLedger, LedgerDecision> decide, string id)
        {
            var which = random.Next(2);
            while (true)
            {
                var decision = decide(activations[which]);
                if (decision.Entry is { } entry)
                {
                    if (random.Next(20) == 0)
                    {
                        activations[which] = BudgetLedger.Replay(journal); // died before the append: nothing happened
                        return null;
                    }

                    if (entry.Version != journal.Count + 1)
                    {
                        activations[which] = BudgetLedger.Replay(journal); // the fence
                        continue;
                    }

                    journal.Add(entry);
                    if (random.Next(20) == 0)
                    {
                        activations[which] = BudgetLedger.Replay(journal); // died after the append: it happened, nobody was told
                        return null;
                    }

                    activations[which] = activations[which].Apply(entry);
                }
                else if (activations[which].Version != journal.Count)
                {
                    activations[which] = BudgetLedger.Replay(journal); // an answer without an entry is given by a current activation only
                    continue;
                }

                if (decision.Outcome is { Stands: true, Status: { } status })
                {
                    acknowledged[id] = status;
                }

                return decision.Outcome;
            }
        }

        void Check()
        {
            var live = BudgetLedger.Replay(journal);
            var limit = live.Definition.Limit;
            Int128 sum = 0, delta = 0;
            foreach (var reserved in journal.OfType<ChargeReserved>())
            {
                var refunded = journal.OfType<ChargeRefunded>().Any(r => r.ChargeId == reserved.ChargeId);
                sum += refunded ? 0 : reserved.LossUnits[limit.OrderIndex];
                delta += refunded ? 0 : reserved.DeltaUnits;
            }

            Assert.True(sum <= limit.LimitUnits && delta <= limit.MechanismDeltaUnits);
            Assert.Equal(sum, live.LossSoFar.Units[limit.OrderIndex]);
            Assert.True(live.ToStatement().LossSoFar <= epsilon + 1e-9);
            Assert.True(live.QuotaUsed("score", "hospital-2") <= 50);
            Assert.Equal(journal.OfType<ChargeCommitted>().Count(), journal.OfType<ChargeCommitted>().Select(c => c.ChargeId).Distinct().Count());
            Assert.Equal(journal.OfType<ChargeReserved>().Count(), journal.OfType<ChargeReserved>().Select(c => c.ChargeId).Distinct().Count());
            foreach (var (id, status) in acknowledged)
            {
                var now = live.FindCharge(id)?.Status ?? live.FindDisclosure(id)!.Status;
                Assert.True(now == status || Follows(status, now), $"{id} was acknowledged as {status} and is {now}");
            }
        }

        void ReplayEqualsLiveAtEachPrefix()
        {
            var live = BudgetLedger.Empty;
            for (var i = 0; i < journal.Count; i++)
            {
                live = live.Apply(journal[i]);
                if (i % 40 == 0)
                {
                    var decoded = journal.Take(i + 1).Select(e => LedgerEntryCodec.TryDecode(LedgerEntryCodec.Encode(e), out var back) ? back : null!);
                    Assert.Equal(Print(live), Print(BudgetLedger.Replay(decoded)));
                }
            }

            Assert.Equal(Print(BudgetLedger.Replay(journal)), Print(live));
        }
    }

    private static bool Follows(LedgerStatus from, LedgerStatus to) => (from, to) is
        (LedgerStatus.Reserved, _) or (LedgerStatus.Committed, LedgerStatus.AbortedCommitted);
}
