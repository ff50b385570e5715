using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Privacy.Tests.Ledger;

internal static class LedgerSamples
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
    public static readonly string Binding = ReleaseBinding.Create("release-1", "session-1", new byte[32], new byte[32]);

    public static BudgetDefinition Definition(double epsilon = 8, double delta = 1e-5, double mechanismDelta = 0) => new(
        "hospital-1",
        "patients",
        BudgetLimit.Create(Epsilon.Create(epsilon), Delta.Create(delta), mechanismDelta),
        Neighbours.AddRemoveRecord,
        [new DisclosureQuota("score", "hospital-2", 50)]);

    public static BudgetLedger Open(double epsilon = 8, double delta = 1e-5, double mechanismDelta = 0)
    {
        var decision = BudgetLedger.Empty.Open(Definition(epsilon, delta, mechanismDelta), Now);
        Assert.Equal(LedgerOutcomeKind.Accepted, decision.Outcome.Kind);
        return BudgetLedger.Empty.Apply(decision.Entry!);
    }

    public static RenyiLoss Zcdp(double rho, double delta = 0) => RenyiLoss.FromCurve(order => order * rho, delta);

    public static ChargeRequest Charge(string id, double rho = 0.01, string purpose = "training", double delta = 0) =>
        new(id, purpose, "analyst-1", Binding, Neighbours.AddRemoveRecord, Zcdp(rho, delta));

    public static DisclosureRequest Disclosure(string id, long count = 1) => new(id, "score", "hospital-2", Binding, count);

    public static BudgetLedger Then(this BudgetLedger ledger, Func<BudgetLedger, LedgerDecision> decide)
    {
        var decision = decide(ledger);
        Assert.Equal(LedgerOutcomeKind.Accepted, decision.Outcome.Kind);
        return ledger.Apply(decision.Entry!);
    }

    public static string Print(BudgetLedger ledger)
    {
        if (!ledger.IsOpen)
        {
            return "not open";
        }

        var statement = ledger.ToStatement();
        return string.Join('\n', [
            $"{statement.Head} {statement.LossSoFar} {statement.Left} {string.Join(',', ledger.LossSoFar.Units)} {ledger.LossSoFar.DeltaUnits}",
            .. statement.Charges.Select(c => c.ToString()),
            .. statement.Lines.Select(l => l.ToString()),
            .. statement.Quotas.Select(q => q.ToString()),
            .. ledger.Disclosures.OrderBy(d => d.Request.DisclosureId, StringComparer.Ordinal).Select(d => d.ToString())]);
    }
}
