using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Tests.Ledger;

internal static class LedgerSamples
{
    public static readonly string Binding = new('a', 64);

    public static BudgetTerms Terms(double epsilon = 8) =>
        new(epsilon, 1e-5, "add-remove", "record", ImmutableDictionary<string, long>.Empty.Add("score", 50).Add("score@hospital-2", 10));

    public static ChargeRequest Charge(string id, double rho = 0.01) => new(id, "charge", "training/detector round 3", "consortium", Binding, new PrivacyLoss("zcdp", rho), 0);

    public static ChargeRequest Disclosure(string id, long count = 1, string recipient = "hospital-2") => new(id, "disclosure", "score", recipient, Binding, null, count);
}
