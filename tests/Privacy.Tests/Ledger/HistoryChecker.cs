using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Privacy.Tests.Ledger;

/// <summary>
/// What must be true of a ledger's history, by rules of its own: it shares none of the ledger's code but the limits. It sees every durable entry in order, and every answer.
/// </summary>
internal sealed class HistoryChecker(BudgetDefinition definition)
{
    private readonly Dictionary<string, List<LedgerStatus>> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ChargeReserved> _reserved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DisclosureReserved> _disclosed = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Analyst, string Block), (Int128 Units, Int128 Delta)> _sums = [];
    private readonly HashSet<string> _committed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);
    private long _given;

    public HashSet<string> LevelsThatRefused { get; } = new(StringComparer.Ordinal);

    public int Refusals { get; private set; }

    /// <summary>An entry is durable.</summary>
    public void Durable(LedgerEntry entry)
    {
        switch (entry)
        {
            case ChargeReserved e:
                First(e.ChargeId);
                _reserved.Add(e.ChargeId, e);
                Add(e, 1);
                break;
            case ChargeCommitted e:
                Next(e.ChargeId, LedgerStatus.Reserved, LedgerStatus.Committed);
                Assert.True(_committed.Add(e.ChargeId), $"{e.ChargeId} was committed twice");
                break;
            case ChargeRefunded e:
                Next(e.ChargeId, LedgerStatus.Reserved, LedgerStatus.Refunded);
                Add(_reserved[e.ChargeId], -1);
                break;
            case ChargeAborted e:
                Next(e.ChargeId, LedgerStatus.Committed, LedgerStatus.AbortedCommitted);
                break;
            case DisclosureReserved e:
                First(e.DisclosureId);
                _disclosed.Add(e.DisclosureId, e);
                _given += e.Count;
                Assert.True(_given <= definition.Quotas[0].Maximum);
                break;
            case DisclosureCommitted e:
                Next(e.DisclosureId, LedgerStatus.Reserved, LedgerStatus.Committed);
                break;
            case DisclosureRefunded e:
                Next(e.DisclosureId, LedgerStatus.Reserved, LedgerStatus.Refunded);
                _given -= _disclosed[e.DisclosureId].Count;
                break;
        }
    }

    /// <summary>A requester was answered, by an activation that may not know the newest entries.</summary>
    public void Answered(string id, LedgerOutcome outcome, ChargeRequest? asked, bool isCurrent)
    {
        if (outcome is { Stands: true, Status: { } status })
        {
            Assert.True(_statuses.TryGetValue(id, out var known) && known.Contains(status), $"{id} was answered {status}, which it never was");
            Assert.True(!isCurrent || known[^1] == status, $"{id} was answered {status} and is {known[^1]}");
            if (status is LedgerStatus.Committed or LedgerStatus.AbortedCommitted)
            {
                _acknowledged.Add(id);
            }
        }

        if (outcome.Code == LedgerCodes.OverBudget)
        {
            Refusals++;
            LevelsThatRefused.Add(Kind(outcome.Remaining!.Level));
            if (isCurrent)
            {
                var (key, limit) = Assert.Single(Met(asked!.Analyst, [.. asked.Blocks]), m => m.Key == (outcome.Remaining.Level.Analyst, outcome.Remaining.Level.Block));
                var (units, delta) = _sums.GetValueOrDefault(key);
                Assert.True(
                    units + asked.Loss.Units[limit.OrderIndex] > limit.LimitUnits || delta + asked.Loss.DeltaUnits > limit.MechanismDeltaUnits,
                    $"{id} was refused at {outcome.Remaining.Level}, which could hold it");
            }
        }
    }

    /// <summary>The end: what was acknowledged as spent is spent, and the ledger says of each level what adds up here.</summary>
    public void Ends(BudgetLedger ledger)
    {
        Assert.All(_acknowledged, id => Assert.True(
            _statuses[id][^1] is LedgerStatus.Committed or LedgerStatus.AbortedCommitted && (ledger.FindCharge(id)?.Status ?? ledger.FindDisclosure(id)!.Status) == _statuses[id][^1],
            $"{id} was acknowledged as committed and is {_statuses[id][^1]}"));
        Assert.All(_statuses, s => Assert.Equal(s.Value[^1], ledger.FindCharge(s.Key)?.Status ?? ledger.FindDisclosure(s.Key)!.Status));
        var levels = ledger.ToStatement().Levels;
        Assert.All(levels, l => Assert.Equal(Epsilon(l.Limit, _sums.GetValueOrDefault((l.Level.Analyst, l.Level.Block)).Units), l.LossSoFar));
        Assert.Equal(_sums.Keys.Append(("", "")).Distinct().Count(), levels.Length);
    }

    private static double Epsilon(BudgetLimit limit, Int128 units) => LossUnits.ToShowUp(limit.EpsilonUnits((long)units));

    private static string Kind(LevelKey key) => (key.Analyst.Length > 0, key.Block.Length > 0) switch
    {
        (false, false) => "data set",
        (true, false) => "analyst",
        (false, true) => "block",
        _ => "analyst in block",
    };

    private void First(string id) => Assert.True(_statuses.TryAdd(id, [LedgerStatus.Reserved]), $"{id} was reserved twice");

    private void Next(string id, LedgerStatus from, LedgerStatus to)
    {
        Assert.True(_statuses.TryGetValue(id, out var known) && known[^1] == from, $"{id} became {to} and was not {from}");
        known.Add(to);
    }

    private void Add(ChargeReserved charge, int sign)
    {
        foreach (var (key, limit) in Met(charge.Analyst, (charge as ChargeReservedInBlocks)?.Blocks.ToArray() ?? []))
        {
            var (units, delta) = _sums.GetValueOrDefault(key);
            _sums[key] = (units, delta) = (units + (sign * (Int128)charge.LossUnits[limit.OrderIndex]), delta + (sign * (Int128)charge.DeltaUnits));
            Assert.True(units >= 0 && units <= limit.LimitUnits && delta >= 0 && delta <= limit.MechanismDeltaUnits, $"{charge.ChargeId}: {key} is over its limit");
            Assert.True(Epsilon(limit, units) <= limit.Epsilon.Value + 1e-9, $"{charge.ChargeId}: {key} lost more than {limit.Epsilon}");
        }
    }

    private IEnumerable<((string Analyst, string Block) Key, BudgetLimit Limit)> Met(string analyst, string[] blocks)
    {
        yield return (("", ""), definition.Limit);
        foreach (var group in definition.Levels.GroupBy(l => (IsShared: l.Analyst is null, l.Period)))
        {
            var level = group.Key.IsShared ? group.Single() : group.FirstOrDefault(l => l.Analyst == analyst) ?? group.FirstOrDefault(l => l.Analyst == "*");
            foreach (var block in level is null ? [] : group.Key.Period is null ? [""] : blocks)
            {
                yield return ((group.Key.IsShared ? "" : analyst, block), level!.Limit);
            }
        }
    }
}
