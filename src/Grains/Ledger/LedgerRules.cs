using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using Requests = PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Grains.Ledger;

/// <summary>From what callers say to the ledger's rules (<see cref="BudgetLedger"/>), and back to what callers are told. Pure.</summary>
internal static class LedgerRules
{
    /// <summary>Opens the budget.</summary>
    public static Decision<LedgerEntry> Open(this LedgerBook book, string party, string budget, BudgetTerms terms, DateTimeOffset now) =>
        Define(party, budget, terms, out var definition) is { } refusal ? refusal : Decide(book.Ledger.Open(definition!, now));

    /// <summary>Holds a loss, or counts a disclosure.</summary>
    /// <param name="book">The ledger.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <param name="plan">What the request's plan loses, computed beforehand; null where it has none.</param>
    public static Decision<LedgerEntry> Reserve(this LedgerBook book, ChargeRequest request, DateTimeOffset now, PlannedLoss? plan = null)
    {
        if (!book.Ledger.IsOpen)
        {
            return new Refusal(LedgerCodes.NotOpen, "The budget has not been opened.", RefusalKind.NotFound);
        }

        if (request.Kind == "disclosure")
        {
            return request.Loss is not null || !request.Blocks.IsDefaultOrEmpty
                ? Invalid("A disclosure has a count, and neither loss nor blocks.")
                : Decide(book.Ledger.ReserveDisclosure(new DisclosureRequest(request.ChargeId, request.Purpose, request.Recipient, request.Binding, request.Count), now));
        }

        if (request.Kind != "charge" || request.Count != 0 || request.Loss is not { } loss)
        {
            return Invalid("A request is a charge with a loss and a count of 0, or a disclosure with a count and no loss.");
        }

        var neighbours = book.Ledger.Definition.Neighbours;
        if (plan is not null && plan.Relation != neighbours.Relation)
        {
            return new Refusal(LedgerCodes.OtherNeighbours, $"The budget is over {RelationNames.Of(neighbours.Relation)}, the plan over {RelationNames.Of(plan.Relation)}.", RefusalKind.Invalid);
        }

        return plan is null && loss is not { Mechanism: "zcdp" or "pure", Parameter: >= 0 and <= double.MaxValue, Plan: null }
            ? Invalid("A loss is of the mechanism zcdp (with rho) or pure (with epsilon), whose parameter is a finite number from 0, or a plan.")
            : Decide(book.Ledger.Reserve(
                new Requests.ChargeRequest(
                    request.ChargeId,
                    request.Purpose,
                    request.Recipient,
                    request.Binding,
                    neighbours,
                    plan is not null ? plan.Loss : loss.Mechanism == "zcdp" ? PrivacyEvents.Zcdp(Rho.Create(loss.Parameter)) : PrivacyEvents.Pure(Epsilon.Create(loss.Parameter)))
                {
                    Blocks = request.Blocks.IsDefault ? [] : [.. request.Blocks.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                    Plan = plan?.Json,
                },
                now));
    }

    /// <summary>Keeps what is held.</summary>
    public static Decision<LedgerEntry> Commit(this LedgerBook book, string id, DateTimeOffset now) =>
        Decide(IsDisclosure(book, id) ? book.Ledger.CommitDisclosure(id, now) : book.Ledger.Commit(id, now));

    /// <summary>Gives back what is held.</summary>
    public static Decision<LedgerEntry> Refund(this LedgerBook book, string id, string reason, DateTimeOffset now) =>
        Decide(IsDisclosure(book, id) ? book.Ledger.RefundDisclosure(id, reason, now) : book.Ledger.Refund(id, reason, now));

    /// <summary>Marks what was kept though its session or round aborted.</summary>
    public static Decision<LedgerEntry> MarkAborted(this LedgerBook book, string id, string reason, DateTimeOffset now) =>
        Decide(IsDisclosure(book, id) ? book.Ledger.MarkDisclosureAborted(id, reason, now) : book.Ledger.MarkAborted(id, reason, now));

    /// <summary>The refusal of an id that was never used, or of a budget that was not opened; null where there is a charge.</summary>
    public static Refusal? Find(this LedgerBook book, string id) =>
        book.Marks.ContainsKey(id) ? null
        : book.Ledger.IsOpen ? new Refusal(LedgerCodes.UnknownCharge, $"No charge or disclosure is called {id}.", RefusalKind.NotFound)
        : new Refusal(LedgerCodes.NotOpen, "The budget has not been opened.", RefusalKind.NotFound);

    private static bool IsDisclosure(LedgerBook book, string id) => book.Ledger.FindDisclosure(id) is not null;

    private static Decision<LedgerEntry> Decide(LedgerDecision decision) =>
        decision.Entry is { } entry ? entry
        : decision.Outcome.Stands ? Decision<LedgerEntry>.Nothing
        : new Refusal(decision.Outcome.Code, decision.Outcome.Message, KindOf(decision.Outcome.Code));

    private static RefusalKind KindOf(string code) => code switch
    {
        LedgerCodes.OverBudget or LedgerCodes.OverQuota => RefusalKind.Exhausted,
        LedgerCodes.UnknownCharge or LedgerCodes.NotOpen => RefusalKind.NotFound,
        LedgerCodes.BadRequest or LedgerCodes.OtherNeighbours => RefusalKind.Invalid,
        LedgerCodes.NoDisclosurePolicy => RefusalKind.Forbidden,
        _ => RefusalKind.Conflict,
    };

    private static Refusal? Define(string party, string budget, BudgetTerms terms, out BudgetDefinition? definition)
    {
        definition = null;
        if (!Epsilon.TryCreate(terms.Epsilon, out var epsilon) || terms.Epsilon == 0 || !Delta.TryCreate(terms.Delta, out var delta)
            || !RelationNames.TryParse(terms.Neighbours, out var relation))
        {
            return Invalid("A budget has an epsilon above 0, a delta between 0 and 1, and neighbours 'add-remove' or 'replace-one'.");
        }

        try
        {
            // 'purpose' is a quota that all recipients share, 'purpose@recipient' one of a recipient's own.
            var quotas = terms.DisclosureQuotas.OrderBy(q => q.Key, StringComparer.Ordinal).Select(q => q.Key.Split('@', 2) is [var purpose, var recipient]
                ? new DisclosureQuota(purpose, recipient, q.Value)
                : new DisclosureQuota(q.Key, DisclosureQuota.AnyRecipient, q.Value));
            definition = new BudgetDefinition(
                party, budget, BudgetLimit.Create(epsilon, delta, terms.MechanismDelta), new Neighbours(relation, PrivacyUnit.Create(terms.Unit)), [.. quotas])
            {
                // In one order, so that the same terms listed otherwise are the same budget.
                Levels = terms.Levels.IsDefault ? [] : [.. terms.Levels.Select(l => Level(l, terms)).OrderBy(l => l.Analyst, StringComparer.Ordinal).ThenBy(l => l.Period)],
            };
            return null;
        }
        catch (ArgumentException e)
        {
            return Invalid(e.Message); // No order keeps so small a total, or a unit that is no name: the message says which.
        }
    }

    /// <summary>A level keeps for mechanisms the same part of its delta as the data set does.</summary>
    private static BudgetLevel Level(LevelTerms level, BudgetTerms terms)
    {
        var period = BlockLength.Day;
        return Epsilon.TryCreate(level.Epsilon, out var epsilon) && level.Epsilon > 0 && Delta.TryCreate(level.Delta, out var delta)
            && (level.Period is null || BlockLengths.TryParse(level.Period, out period))
            ? new BudgetLevel(level.Analyst, level.Period is null ? null : period, BudgetLimit.Create(epsilon, delta, terms.MechanismDelta / terms.Delta * level.Delta))
            : throw new ArgumentException("A level has an epsilon above 0, a delta between 0 and 1, and a period of day, month, quarter or year, or none.");
    }

    private static Refusal Invalid(string message) => new(LedgerCodes.BadRequest, message, RefusalKind.Invalid);
}
