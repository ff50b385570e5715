using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Gateway.Streams;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Inferences;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Joint inferences: asked for by their receiver, fed by the parties that provide inputs. Everything secret passes through here sealed.</summary>
internal static class InferenceEndpoints
{
    public static void MapInferences(this RouteGroupBuilder v1, GatewaySettings settings)
    {
        v1.MapGet("/inferences", ListAsync)
            .Says("ListInferences", "All joint inferences, oldest first.")
            .Answers<Listing<InferenceSummary>>();
        v1.MapGet("/held-weights", HeldAsync)
            .Says("ListHeldWeights", "Models whose weights compute parties hold, by their openings, oldest first; withdrawn ones too.")
            .Answers<Listing<InferenceSummary>>();
        v1.MapPost("/inferences/{session}", CreateAsync).RequireAuthorization(Policies.Contributor)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(settings.MaximumModelBytes))
            .Says("CreateInference", "Opens a joint inference, whose outputs only the caller's party will learn.", "Idempotent for the same terms. A session is run once; a rerun has a new name.")
            .Answers<InferenceBody>(StatusCodes.Status201Created)
            .Refuses(400, "inference.invalid-terms", "plan.malformed", "roster.invalid")
            .Refuses(403, ProblemCodes.KeyOtherParty)
            .Refuses(409, "inference.stale-epoch", "inference.session-reused", "inference.weights-stale-epoch");
        v1.MapGet("/inferences/{session}", GetAsync)
            .Says("GetInference", "Where a joint inference stands.", "Waits up to waitMilliseconds (at most 5000) while its version is not above after.")
            .Answers<InferenceBody>()
            .Refuses(404, "inference.unknown");
        v1.MapGet("/inferences/{session}/events", Events)
            .Says("WatchInference", "A joint inference's progress, as server-sent events.")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream");
        v1.MapPost("/inferences/{session}/inputs/{slot}", SubmitAsync).RequireAuthorization(Policies.Contributor)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(settings.MaximumInputBytes))
            .Says("SubmitInput", "Gives one input of the caller's party: for each compute party a sealed share.", "Idempotent for the same bytes.")
            .Answers<InferenceBody>()
            .Refuses(400, "inference.wrong-share-count", "inference.undisclosed", "hpke.not-opened", "input.wrong-signature")
            .Refuses(403, "inference.foreign-slot")
            .Refuses(404, "inference.unknown", "inference.unknown-slot")
            .Refuses(409, "inference.input-given", "inference.over", "inference.not-ready");
        v1.MapGet("/inferences/{session}/outputs", OutputsAsync).RequireAuthorization(Policies.Contributor)
            .Says("GetOutputs", "The sealed output shares, for the receiver.")
            .Answers<SealedOutputsBody>()
            .Refuses(403, "inference.not-the-receiver")
            .Refuses(409, "inference.not-completed");
        v1.MapDelete("/inferences/{session}", CancelAsync).RequireAuthorization(Policies.Contributor)
            .Says("CancelInference", "Ends a joint inference that the caller's party asked for, without a result.", "Idempotent; one that is over stays as it is.")
            .Answers<InferenceBody>()
            .Refuses(403, "inference.not-the-receiver")
            .Refuses(404, "inference.unknown");
        v1.MapGet("/inferences/{session}/weights", WeightsAsync)
            .Says("GetHeldWeights", "Of an opening: how its weights stand at the compute parties.", "Each party counts the sessions that use them for itself.")
            .Answers<WeightsStandingBody>()
            .Refuses(404, "inference.unknown", "inference.no-opening")
            .Refuses(409, "inference.not-completed");
        v1.MapDelete("/inferences/{session}/weights", WithdrawAsync).RequireAuthorization(Policies.Contributor)
            .Says("WithdrawWeights", "Of an opening of the caller's party: compute parties and dealer let go of the weights for good.", "Idempotent; to be repeated where missing names a party.")
            .Answers<WeightsStandingBody>()
            .Refuses(403, ProblemCodes.KeyOtherParty, "inference.weights-not-the-owner")
            .Refuses(404, "inference.unknown", "inference.no-opening")
            .Refuses(409, "inference.not-completed");
        v1.MapPost("/inferences/{session}/abort", AbortAsync).RequireAuthorization(Policies.Operator)
            .Says("AbortInference", "Ends a joint inference without a result.", "Idempotent.")
            .Answers<InferenceBody>()
            .Refuses(404, "inference.unknown");
    }

    private static Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel) => CatalogueAsync(CatalogueKinds.Inference, calls, cancel);

    private static Task<IResult> HeldAsync(GrainCalls calls, CancellationToken cancel) => CatalogueAsync(CatalogueKinds.Weights, calls, cancel);

    private static async Task<IResult> CatalogueAsync(string kind, GrainCalls calls, CancellationToken cancel)
    {
        var entries = await calls.Within(calls.Consortium.ListAsync(kind), cancel);
        return TypedResults.Ok(new Listing<InferenceSummary>([.. entries.Select(e => new InferenceSummary(e.Id, e.Title, e.CreatedAt))]));
    }

    private static async Task<IResult> CreateAsync(string session, InferenceTermsBody request, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        if (ApiCaller.Of(context.User)?.Party is not { } party || party != request.Receiver)
        {
            return ProblemResult.Of(ProblemCodes.KeyOtherParty, "The receiver of an inference asks for it: receiver is the party of the API key.");
        }

        if (request.Inputs.Count > 64 || request.ComputeParties.Count > 64 || request.Inputs.Any(input => Lines.Fault(input.Slot, "slot", 64) is not null)
            || request.Opening?.Receivers.Count > 256
            || Lines.Fault(request.Disclosure, "disclosure", 128) is not null || !RouteNames.IsBudget(request.Budget))
        {
            return ProblemResult.Of(ProblemCodes.InvalidMember, "At most 64 inputs and 64 computeParties; slot has 1 to 64 characters, disclosure 1 to 128; budget is a budget's name.");
        }

        var terms = new InferenceTerms(
            request.Epoch, request.Plan, [.. request.ComputeParties], request.Dealer,
            [.. request.Inputs.Select(input => new InputSlot(input.Slot, input.Party, [.. input.Columns], input.Counted, input.PublicDigest))],
            request.Receiver, request.ReceiverKey, request.ReceiverSignature, request.Disclosure, request.Budget, request.TimeoutSeconds,
            request.Opening is { } opening ? new WeightTermsView([.. opening.Receivers], opening.Sessions, opening.Until) : null,
            request.Held is { } held ? new HeldWeightsName(held.Opening, held.Epoch) : null);
        return (await calls.Within(calls.Inference(session).CreateAsync(terms), cancel)).ToCreated(v => $"/v1/inferences/{v.Session}", ToBody);
    }

    private static async Task<IResult> GetAsync(string session, GrainCalls calls, CancellationToken cancel, long after = -1, int waitMilliseconds = 0) =>
        (await calls.Within(calls.Inference(session).GetAsync(after, waitMilliseconds), cancel)).ToOk(ToBody);

    private static IResult Events(string session, HttpContext context, EventStream stream, GrainCalls calls)
    {
        var after = long.TryParse(EventStream.After(context.Request), out var version) ? version : -1;
        return stream.Send(context, cancel => WatchAsync(session, after, calls, cancel));
    }

    private static async IAsyncEnumerable<StreamEvent<InferenceBody>> WatchAsync(
        string session, long after, GrainCalls calls, [EnumeratorCancellation] CancellationToken cancel)
    {
        const int Wait = 5000;
        while (!cancel.IsCancellationRequested)
        {
            var reply = await calls.Within(calls.Inference(session).GetAsync(after, Wait), cancel);
            if (reply.Value is not { } view)
            {
                yield break;
            }

            if (view.Version > after)
            {
                after = view.Version;
                yield return new StreamEvent<InferenceBody>($"{after}", "inference", ToBody(view));
            }

            if (view.Status is "completed" or "aborted")
            {
                yield break;
            }
        }
    }

    private static async Task<IResult> SubmitAsync(string session, string slot, SlotSharesBody request, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        if (ApiCaller.Of(context.User)?.Party is not { } party)
        {
            return ProblemResult.Of(ProblemCodes.KeyOtherParty, "An input is given with a party's API key.");
        }

        var receipt = request.Receipt is { } r
            ? new ChargeReceipt(r.Party, r.Budget, r.ChargeId, r.Kind, r.Purpose, r.Status, r.Binding, r.EpsilonSoFar, r.EpsilonLeft, r.Version, r.HeadHash, r.Signature)
            : null;
        ImmutableArray<ReadOnlyMemory<byte>> shares = [.. request.Shares.Select(share => (ReadOnlyMemory<byte>)share)];
        return (await calls.Within(calls.Inference(session).SubmitInputAsync(new SlotShares(slot, party, shares, receipt)), cancel)).ToOk(ToBody);
    }

    private static async Task<IResult> OutputsAsync(string session, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        if (ApiCaller.Of(context.User)?.Party is not { } party)
        {
            return ProblemResult.Of(ProblemCodes.KeyOtherParty, "Outputs are fetched with the receiver's API key.");
        }

        return (await calls.Within(calls.Inference(session).OutputsAsync(party), cancel)).ToOk(o => new SealedOutputsBody(
            o.Session,
            [.. o.Sides.Select(s => new SideOutputBody(
                s.Party, s.SealedOutput.ToArray(), s.TranscriptSignature.ToArray(), s.TranscriptHash, s.BytesSent, s.Rounds, s.Seconds))]));
    }

    private static async Task<IResult> CancelAsync(string session, HttpContext context, GrainCalls calls, CancellationToken cancel) =>
        ApiCaller.Of(context.User)?.Party is { } party
            ? (await calls.Within(calls.Inference(session).CancelAsync(party), cancel)).ToOk(ToBody)
            : ProblemResult.Of(ProblemCodes.KeyOtherParty, "A joint inference is cancelled with its receiver's API key; operators abort it.");

    private static async Task<IResult> AbortAsync(string session, AbortInferenceRequest request, GrainCalls calls, CancellationToken cancel) =>
        Lines.Fault(request.Reason, "reason", 200) ?? (await calls.Within(calls.Inference(session).AbortAsync(request.Reason), cancel)).ToOk(ToBody);

    private static async Task<IResult> WeightsAsync(string session, GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(calls.Inference(session).WeightsAsync(), cancel)).ToOk(ToBody);

    private static async Task<IResult> WithdrawAsync(string session, HttpContext context, GrainCalls calls, CancellationToken cancel) =>
        ApiCaller.Of(context.User)?.Party is { } party
            ? (await calls.Within(calls.Inference(session).WithdrawAsync(party), cancel)).ToOk(ToBody)
            : ProblemResult.Of(ProblemCodes.KeyOtherParty, "Weights are withdrawn with their owner's API key.");

    private static WeightsStandingBody ToBody(WeightsStanding standing) => new(
        standing.Opening, [.. standing.Parties.Select(held => new HeldWeightsBody(held.Party, held.Owner, held.Status, ToBody(held.Terms), held.Used))], standing.Missing);

    private static WeightTermsBody ToBody(WeightTermsView terms) => new(terms.Receivers, terms.Sessions, terms.Until);

    private static InferenceBody ToBody(InferenceView v) => new(
        v.Session,
        new InferenceTermsBody(
            v.Terms.Epoch, v.Terms.Plan.ToArray(), v.Terms.ComputeParties, v.Terms.Dealer,
            [.. v.Terms.Inputs.Select(input => new InputSlotBody(input.Slot, input.Party, input.Columns, input.Counted, input.PublicDigest))],
            v.Terms.Receiver, v.Terms.ReceiverKey.ToArray(), v.Terms.ReceiverSignature.ToArray(), v.Terms.Disclosure, v.Terms.Budget, v.Terms.TimeoutSeconds,
            v.Terms.Opening is { } opening ? ToBody(opening) : null, v.Terms.Held is { } held ? new HeldWeightsNameBody(held.Opening, held.Epoch) : null),
        v.Version, v.Status, v.Roster.ToArray(), [.. v.Offers.Select(offer => new SideOfferBody(offer.Party, offer.Offer.ToArray(), offer.RosterSignature.ToArray()))],
        v.WaitingFor, v.AbortCode, v.AbortReason,
        new InferenceCostBody(v.Cost.Rounds, v.Cost.MessagesPerParty, v.Cost.BytesPerParty, v.Cost.PreprocessingBytes), v.Seconds);
}
