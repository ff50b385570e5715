using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Charges against a budget: reserve, then commit or refund. By the party whose data the budget guards.</summary>
internal static class ChargeEndpoints
{
    public static void MapCharges(this RouteGroupBuilder v1)
    {
        var charges = v1.MapGroup("/budgets/{party}/{budget}/charges").AddEndpointFilter<KnownPartyFilter>();
        Write(charges.MapPost("", ReserveAsync), "ReserveCharge", "Holds a loss, or counts a disclosure against its quota.", "Idempotent by chargeId.")
            .Refuses(400, "ledger.bad-request")
            .Refuses(403, "ledger.no-disclosure-policy")
            .Refuses(409, "ledger.over-budget", "ledger.over-quota", "ledger.charge-id-reused");
        Write(charges.MapPost("/{chargeId}/commit", CommitAsync), "CommitCharge", "Keeps a held loss: from here on the release may be opened.", "Idempotent.")
            .Refuses(404, "ledger.unknown-charge")
            .Refuses(409, "ledger.already-refunded");
        Write(charges.MapPost("/{chargeId}/refund", RefundAsync), "RefundCharge", "Gives a held loss back; refused once committed.", "Idempotent.")
            .Refuses(404, "ledger.unknown-charge")
            .Refuses(409, "ledger.already-committed");
        Write(charges.MapPost("/{chargeId}/abort", AbortAsync), "AbortCharge", "Marks a committed charge whose round or session aborted. The loss stands.", "Idempotent.")
            .Refuses(404, "ledger.unknown-charge")
            .Refuses(409, "ledger.not-committed");
        BudgetEndpoints.Read(charges.MapGet("/{chargeId}", FindAsync), "GetCharge", "One charge or disclosure with the party's signature.")
            .Answers<ChargeReceiptBody>()
            .Refuses(404, "ledger.unknown-charge");
    }

    private static RouteHandlerBuilder Write(RouteHandlerBuilder builder, string name, string summary, string description) =>
        builder.RequireAuthorization(Policies.OwnParty).Says(name, summary, description).Answers<ChargeReceiptBody>()
            .Refuses(404, ProblemCodes.PartyUnknown, "ledger.not-open").Refuses(503, ProblemCodes.PartyUnavailable, "ledger.no-witness", "ledger.behind-witness");

    private static async Task<IResult> ReserveAsync(string party, string budget, ReserveChargeRequest request, GrainCalls calls, CancellationToken cancel)
    {
        var fault = !RouteNames.IsId(request.ChargeId) ? "chargeId has 1 to 160 printable ASCII characters and no percent sign."
            : request.Kind is not ("charge" or "disclosure") ? "kind is charge or disclosure."
            : request.Kind == "charge" && (request.Loss is null || request.Count != 0) ? "A charge has a loss and no count."
            : request.Kind == "disclosure" && (request.Loss is not null || request.Count < 1) ? "A disclosure has a count of 1 or more and no loss."
            : request.Loss is { } loss && (loss.Mechanism is not ("zcdp" or "pure" or "plan") || loss.Parameter < 0 || loss.Mechanism == "plan" != loss.Plan is not null) ?
                "loss has the mechanism zcdp or pure and a parameter of 0 or more, or the mechanism plan and a plan."
            : request.Blocks is { Count: > 366 } ? "blocks has at most 366."
            : request.Binding is not { Length: 64 } || request.Binding.Any(c => !char.IsAsciiHexDigitLower(c)) ? "binding is the lower-case hex of a SHA-256: 64 digits."
            : null;
        if (fault is not null)
        {
            return ProblemResult.Of(ProblemCodes.InvalidMember, fault);
        }

        var charge = new ChargeRequest(
            request.ChargeId, request.Kind, request.Purpose, request.Recipient, request.Binding,
            request.Loss is { } l ? new PrivacyLoss(l.Mechanism, l.Parameter, l.Plan?.GetRawText()) : null, request.Count, [.. request.Blocks ?? []]);
        return await OfLedgerAsync(calls, party, budget, ledger => ledger.ReserveAsync(charge), cancel);
    }

    private static Task<IResult> CommitAsync(string party, string budget, string chargeId, GrainCalls calls, CancellationToken cancel) =>
        OfLedgerAsync(calls, party, budget, ledger => ledger.CommitAsync(RouteNames.Unescape(chargeId)), cancel);

    private static async Task<IResult> RefundAsync(string party, string budget, string chargeId, ChargeReason request, GrainCalls calls, CancellationToken cancel) =>
        Lines.Fault(request.Reason, "reason", 200)
        ?? await OfLedgerAsync(calls, party, budget, ledger => ledger.RefundAsync(RouteNames.Unescape(chargeId), request.Reason), cancel);

    private static async Task<IResult> AbortAsync(string party, string budget, string chargeId, ChargeReason request, GrainCalls calls, CancellationToken cancel) =>
        Lines.Fault(request.Reason, "reason", 200)
        ?? await OfLedgerAsync(calls, party, budget, ledger => ledger.MarkAbortedAsync(RouteNames.Unescape(chargeId), request.Reason), cancel);

    private static Task<IResult> FindAsync(string party, string budget, string chargeId, GrainCalls calls, CancellationToken cancel) =>
        OfLedgerAsync(calls, party, budget, ledger => ledger.FindAsync(RouteNames.Unescape(chargeId)), cancel);

    private static async Task<IResult> OfLedgerAsync(
        GrainCalls calls, string party, string budget, Func<IBudgetLedgerGrain, Task<Reply<ChargeReceipt>>> call, CancellationToken cancel) =>
        (await calls.OfParty(party, () => call(calls.Ledger(party, budget)), cancel)).ToOk(r => new ChargeReceiptBody(
            r.Party, r.Budget, r.ChargeId, r.Kind, r.Purpose, r.Status, r.Binding, r.EpsilonSoFar, r.EpsilonLeft, r.Version, r.HeadHash, r.Signature.ToArray()));
}
