using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>What one use of a mechanism loses, as accountants and ledgers take it. Public.</summary>
/// <param name="Relation">How neighbours differ.</param>
/// <param name="Event">A bound of the loss outside the failure event.</param>
/// <param name="Delta">The probability of the failure event; zero for most mechanisms. Deltas add up over releases.</param>
/// <remarks>(epsilon, delta)-privacy is delta-approximate epsilon-privacy: Bun, Steinke 2016, lemma 8.8.</remarks>
public sealed record MechanismLoss(NeighbouringRelation Relation, PrivacyEvent Event, double Delta = 0)
{
    /// <summary>The loss in the ledger's currency.</summary>
    /// <returns>A bound at each order of the grid, rounded up.</returns>
    /// <exception cref="PlanRefusedException">The event has no bound under the relation.</exception>
    public RenyiLoss ToLedger()
    {
        var plan = new PrivacyPlan(Relation, [Event]);
        return RenyiLoss.FromCurve(order => RenyiAccountant.Divergence(plan, order), Delta);
    }

    /// <summary>The epsilon of one use.</summary>
    /// <param name="delta">Above the loss's own; with an event of a pure guarantee, the figure is below that.</param>
    /// <returns>The least upper bound of all accountants.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The loss's own delta leaves nothing.</exception>
    /// <exception cref="PlanRefusedException">There is no finite figure.</exception>
    public double EpsilonAt(double delta)
    {
        var left = (delta - Delta) * (1 - 1e-12);
        return PlanAccountants.Account(
            new PrivacyPlan(Relation, [Event]),
            Accounting.Delta.TryCreate(left, out var rest) ? rest : throw new ArgumentOutOfRangeException(nameof(delta), delta, $"A delta lies between the mechanism's own, {Delta:G6}, and 1."),
            "best").Epsilon;
    }
}
