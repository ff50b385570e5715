using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Cli.Demo;

/// <summary>A purpose whose charges are counted together.</summary>
/// <param name="What">Its name.</param>
/// <param name="Rho">What each of its rounds costs each record, in zCDP.</param>
/// <param name="Rounds">All of its rounds.</param>
internal sealed record Spending(string What, double Rho, IReadOnlyList<RoundLineBody> Rounds);

/// <summary>Every ledger is read, and held against what the rounds say.</summary>
internal static class LedgersAct
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Plays it.</summary>
    public static async Task<DemoPrivacy> PlayAsync(DemoStage stage, IReadOnlyList<Spending> spendings, double? claim, CancellationToken cancel)
    {
        var statements = await SettledAsync(stage, spendings, cancel);
        var fullest = statements.MaxBy(s => s.EpsilonSoFar)!;
        var spent = spendings.SelectMany(s => SpentAt(fullest, s)).ToList();
        foreach (var line in spent)
        {
            stage.Narrator.Step($"{fullest.Party} paid epsilon {Math.Ceiling(line.Epsilon * 1000) / 1000:0.###} for {line.What} ({line.Charges} {(line.Charges == 1 ? "charge" : "charges")})");
        }

        stage.Narrator.Step($"together epsilon {Math.Ceiling(fullest.EpsilonSoFar * 1000) / 1000:0.###} of {fullest.Terms.Epsilon:0.###} at delta {DemoCast.Delta:0E+0}; {fullest.DisclosuresLeft.GetValueOrDefault(DemoCast.ScoreQuota)} exact scores are left");
        var charges = statements.SelectMany(s => s.Charges.Select(c => new DemoCharge($"{s.Party}/{s.Budget}/{c.ChargeId}", s.Party, c.Kind, c.Purpose, c.Status, c.Epsilon, c.Count)));
        return new DemoPrivacy(claim, DemoCast.Delta, fullest.EpsilonSoFar, fullest.Party, fullest.Terms.Epsilon, spent, [.. charges]);
    }

    /// <summary>Agents settle a charge after its round has ended: so the ledgers are waited for until they say of each charge what its round says.</summary>
    private static async Task<StatementBody[]> SettledAsync(DemoStage stage, IReadOnlyList<Spending> spendings, CancellationToken cancel)
    {
        var rounds = spendings.SelectMany(s => s.Rounds).ToDictionary(r => r.Session, StringComparer.Ordinal);
        var deadline = stage.Clock.GetUtcNow() + Patience;
        while (true)
        {
            var statements = await Task.WhenAll(stage.Hospitals.Select(h => h.Gateway.Budgets.StatementAsync(h.Name, DemoCast.Budget, cancel)));
            var odd = statements.SelectMany(s => s.Charges.Where(c => !Fits(s.Party, c, rounds)).Select(c => $"{s.Party}: {c.ChargeId} is {c.Status}"))
                .Concat(rounds.Values.SelectMany(r => r.Survivors.Select(p => (Round: r.Session, Party: p)).Where(x => IsUnpaid(statements, x.Party, x.Round, spendings))).Select(x => $"{x.Party}: {x.Round} is not paid for"))
                .ToList();
            if (odd.Count == 0)
            {
                return statements;
            }

            if (stage.Clock.GetUtcNow() > deadline)
            {
                throw new DemoFailedException($"The ledgers do not agree with the rounds: {string.Join("; ", odd)}.");
            }

            await Task.Delay(LookEvery, stage.Clock, cancel);
        }
    }

    private static bool Fits(string party, StatementLine charge, Dictionary<string, RoundLineBody> rounds) => charge switch
    {
        { Status: "reserved" } => false,
        { Kind: "disclosure" } => true,
        _ => rounds.TryGetValue(charge.ChargeId, out var round) && (charge.Status == "committed") == (round.Outcome == RoundStages.Completed && round.Survivors.Contains(party)),
    };

    private static bool IsUnpaid(StatementBody[] statements, string party, string session, IReadOnlyList<Spending> spendings) =>
        spendings.Any(s => s.Rho > 0 && s.Rounds.Any(r => r.Session == session && r.Outcome == RoundStages.Completed))
        && !statements.Any(s => s.Party == party && s.Charges.Any(c => c.ChargeId == session && c.Status == "committed"));

    private static IEnumerable<DemoSpent> SpentAt(StatementBody ledger, Spending spending)
    {
        var standing = ledger.Charges.Where(c => spending.Rounds.Any(r => r.Session == c.ChargeId)).ToLookup(c => c.Status, StringComparer.Ordinal);
        foreach (var (status, what) in ((string, string)[])[("committed", spending.What), ("aborted-committed", $"{spending.What}, aborted")])
        {
            if (standing[status].Count() is var count and > 0)
            {
                var rho = ZeroConcentrated.Compose(Enumerable.Repeat(Rho.Create(spending.Rho), count));
                yield return new DemoSpent(what, count, rho.Value, ZeroConcentrated.ToEpsilon(rho, Delta.Create(DemoCast.Delta)).Value);
            }
        }
    }
}
