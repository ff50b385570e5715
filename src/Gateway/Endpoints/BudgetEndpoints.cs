using System.Collections.Immutable;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Privacy budgets: opened by the party whose data they guard, read by members and auditors.</summary>
internal static class BudgetEndpoints
{
    private const int LargestPage = 1000;

    public static void MapBudgets(this RouteGroupBuilder v1)
    {
        v1.MapGet("/budgets", ListAsync).RequireAuthorization(Policies.Reader)
            .Says("ListBudgets", "All budgets that were opened, and what is left of each.", "A budget whose party's silo is away is listed without figures.")
            .Answers<Listing<BudgetSummary>>();
        var budget = v1.MapGroup("/budgets/{party}/{budget}").AddEndpointFilter<KnownPartyFilter>();
        budget.MapPut("", OpenAsync).RequireAuthorization(Policies.OwnParty)
            .Says("OpenBudget", "Opens a budget.", "The same terms again are the same budget; other terms are refused: a budget never grows.")
            .Answers<StatementBody>()
            .Refuses(400, ProblemCodes.InvalidParameter, "ledger.bad-request")
            .Refuses(404, ProblemCodes.PartyUnknown)
            .Refuses(409, "ledger.opened-otherwise")
            .Refuses(503, ProblemCodes.PartyUnavailable, "ledger.no-witness", "ledger.behind-witness");
        Read(budget.MapGet("", StatementAsync), "GetStatement", "Limit, loss so far, what is left, and every charge and disclosure.")
            .Answers<StatementBody>();
        Read(budget.MapGet("/head", HeadAsync), "GetLedgerHead", "The ledger's newest head, signed by the party.")
            .Answers<LedgerHeadBody>();
        Read(budget.MapGet("/witnesses", WitnessesAsync), "ListLedgerWitnesses", "The newest head of the ledger that each other member has seen, under that member's signature; members that are away are left out.")
            .Answers<Listing<WitnessedHeadBody>>();
        Read(budget.MapGet("/entries", EntriesAsync), "ListLedgerEntries", "The chained entries after a version, for verification offline.")
            .Answers<Page<LedgerEntryBody>>()
            .Refuses(400, ProblemCodes.InvalidParameter);
    }

    internal static RouteHandlerBuilder Read(RouteHandlerBuilder builder, string name, string summary) =>
        builder.RequireAuthorization(Policies.Reader).Says(name, summary)
            .Refuses(404, ProblemCodes.PartyUnknown, "ledger.not-open").Refuses(503, ProblemCodes.PartyUnavailable, "ledger.no-witness", "ledger.behind-witness");

    private static async Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel)
    {
        var entries = await calls.Within(calls.Consortium.ListAsync(CatalogueKinds.Budget), cancel);
        var names = entries.Select(e => e.Id.Split('/', 2)).Where(n => n.Length == 2).OrderBy(n => n[0], StringComparer.Ordinal).ThenBy(n => n[1], StringComparer.Ordinal);
        return TypedResults.Ok(new Listing<BudgetSummary>(await Task.WhenAll(names.Select(n => SummariseAsync(calls, n[0], n[1], cancel)))));
    }

    private static async Task<BudgetSummary> SummariseAsync(GrainCalls calls, string party, string budget, CancellationToken cancel)
    {
        try
        {
            var reply = await calls.OfParty(party, () => calls.Ledger(party, budget).StatementAsync(), cancel);
            if (reply.Value is { } s)
            {
                return new BudgetSummary(
                    party, budget, true, s.Terms.Epsilon, s.Terms.Delta, s.EpsilonSoFar, s.EpsilonReserved, s.EpsilonLeft, s.DisclosuresLeft, s.Version);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Shown as away: a list is not refused because one is.
        }

        return new BudgetSummary(party, budget, false, null, null, null, null, null, null, null);
    }

    private static async Task<IResult> OpenAsync(string party, string budget, BudgetTermsBody request, GrainCalls calls, CancellationToken cancel)
    {
        var fault = request is not { Epsilon: > 0, Delta: > 0 and < 1 } ? "epsilon is greater than 0; delta is greater than 0 and less than 1."
            : request.Neighbours is not ("add-remove" or "replace-one") ? "neighbours is add-remove or replace-one."
            : !RouteNames.IsParty(request.Unit) || request.Unit.Length > 48 ? "unit is named by 1 to 48 characters of a-z, 0-9 and hyphen, beginning with a letter."
            : request.DisclosureQuotas is { } q && (q.Count > 64 || q.Any(p => p.Key is not { Length: >= 1 and <= 128 } || p.Value < 0)) ?
                "disclosureQuotas has at most 64 purposes of 1 to 128 characters, each with 0 or more."
            : !(request.MechanismDelta >= 0 && request.MechanismDelta < request.Delta) ? "mechanismDelta is 0 or more and less than delta."
            : LevelFault(request.Levels ?? []);
        if (fault is not null)
        {
            return ProblemResult.Of(ProblemCodes.InvalidMember, fault);
        }

        var terms = new BudgetTerms(
            request.Epsilon, request.Delta, request.Neighbours, request.Unit, (request.DisclosureQuotas ?? ImmutableDictionary<string, long>.Empty).ToImmutableDictionary(),
            [.. (request.Levels ?? []).Select(l => new LevelTerms(l.Analyst, l.Period, l.Epsilon, l.Delta))], request.MechanismDelta);
        return (await calls.OfParty(party, () => calls.Ledger(party, budget).OpenAsync(terms), cancel)).ToOk(ToBody);
    }

    private static string? LevelFault(IReadOnlyList<BudgetLevelBody> levels) =>
        levels.Count > 256 ? "levels has at most 256."
        : levels.Any(l => l is not { Epsilon: > 0, Delta: > 0 and < 1 }) ? "levels: each epsilon is greater than 0, each delta greater than 0 and less than 1."
        : levels.Any(l => l.Analyst is null && l.Period is null) ? "levels: each has an analyst, a period, or both."
        : levels.Any(l => l.Period is not (null or "day" or "month" or "quarter" or "year")) ? "levels: a period is day, month, quarter or year."
        : null;

    private static async Task<IResult> StatementAsync(string party, string budget, GrainCalls calls, CancellationToken cancel) =>
        (await calls.OfParty(party, () => calls.Ledger(party, budget).StatementAsync(), cancel)).ToOk(ToBody);

    private static async Task<IResult> HeadAsync(string party, string budget, GrainCalls calls, CancellationToken cancel) =>
        (await calls.OfParty(party, () => calls.Ledger(party, budget).HeadAsync(), cancel))
        .ToOk(HeadBody);

    private static async Task<IResult> WitnessesAsync(string party, string budget, GrainCalls calls, CancellationToken cancel)
    {
        var consortium = (await calls.Within(calls.Consortium.GetAsync(), cancel)).Value;
        var others = consortium?.Members.Where(m => m.Status == "member" && m.Party != party) ?? [];
        var heads = await Task.WhenAll(others.Select(async member =>
        {
            try
            {
                var seen = await calls.OfParty(member.Party, () => calls.Party(member.Party).CountersignAsync(party, budget), cancel);
                return seen is null ? null : new WitnessedHeadBody(member.Party, member.VerificationKey.ToArray(), HeadBody(seen.Head), seen.Signature.ToArray());
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return null; // Away: a statement says who has seen what, not that all have.
            }
        }));
        return TypedResults.Ok(new Listing<WitnessedHeadBody>([.. heads.OfType<WitnessedHeadBody>()]));
    }

    private static LedgerHeadBody HeadBody(LedgerHeadView h) => new(h.Party, h.Budget, h.Version, h.HeadHash, h.Signature.ToArray());

    private static async Task<IResult> EntriesAsync(string party, string budget, GrainCalls calls, CancellationToken cancel, long after = 0, int limit = 500)
    {
        if (after < 0 || limit is < 1 or > LargestPage)
        {
            return ProblemResult.Of(ProblemCodes.InvalidParameter, $"after is 0 or more; limit is 1 to {LargestPage}.");
        }

        var entries = await calls.OfParty(party, () => calls.Ledger(party, budget).EntriesAsync(after, limit), cancel);
        var items = entries.Select(e => new LedgerEntryBody(e.Version, e.Type, e.Json)).ToArray();
        return TypedResults.Ok(new Page<LedgerEntryBody>(items, items.Length == limit ? items[^1].Version : null));
    }

    private static StatementBody ToBody(StatementView s) => new(
        s.Party,
        s.Budget,
        new BudgetTermsBody(s.Terms.Epsilon, s.Terms.Delta, s.Terms.Neighbours, s.Terms.Unit, s.Terms.DisclosureQuotas,
            [.. s.Terms.Levels.Select(l => new BudgetLevelBody(l.Analyst, l.Period, l.Epsilon, l.Delta))], s.Terms.MechanismDelta),
        s.EpsilonSoFar,
        s.EpsilonReserved,
        s.EpsilonLeft,
        s.DisclosuresLeft,
        [.. s.Charges.Select(c => new StatementLine(c.ChargeId, c.Kind, c.Purpose, c.Recipient, c.Status, c.Epsilon, c.Count, c.At, c.Blocks, c.EpsilonAlone, c.EpsilonTight))],
        s.Version,
        s.HeadHash,
        [.. s.Levels.Select(l => new LevelStandingBody(l.Level, l.Analyst, l.Block, l.Epsilon, l.Delta, l.EpsilonSoFar, l.EpsilonLeft))]);
}
