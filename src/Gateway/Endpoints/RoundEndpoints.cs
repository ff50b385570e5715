using Microsoft.AspNetCore.Mvc;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Limits;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Gateway.Streams;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Secure-aggregation rounds: read by anybody with a key, fed by their participants. Who sends is whose API key it is; no body says so.</summary>
internal static class RoundEndpoints
{
    private const string OctetStream = "application/octet-stream";

    private static readonly string[] PeerFaults =
    [
        "secagg.malformed", "secagg.foreign-session", "secagg.unknown-party", "secagg.wrong-signature", "secagg.wrong-sender", "secagg.wrong-phase", "secagg.wrong-length",
        "secagg.doubled-key", "secagg.invalid-point", "secagg.wrong-recipients", "secagg.wrong-share-kind", "secagg.survivors-differ",
    ];

    public static void MapRounds(this RouteGroupBuilder v1)
    {
        var round = v1.MapGroup("/rounds/{owner}/{number:int:min(1)}");
        round.MapGet("", GetAsync)
            .Says("GetRound", "Where a round stands.", Watching.Waits)
            .Answers<RoundBody>()
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(404, "round.unknown");
        round.MapGet("/events", EventsAsync).RequireRateLimiting(RateLimits.Streams)
            .Says("WatchRound", "A round at each change, as server-sent events whose id is its version.")
            .Produces<RoundBody>(StatusCodes.Status200OK, "text/event-stream")
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(404, "round.unknown");
        foreach (var step in RoundStep.All)
        {
            MapStep(round, step);
        }

        round.MapGet("/inbox/{phase}", CollectAsync).RequireAuthorization(Policies.OwnParty)
            .Says("CollectRoundInbox", "What the coordinator hands to the caller at the start of a phase: the roster for advertise, canonical bytes of the protocol for the others.",
                "phase is advertise, share, upload, consistency or unmask.")
            .Produces(StatusCodes.Status200OK, contentType: OctetStream)
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(403, "round.not-a-participant")
            .Refuses(404, "round.unknown")
            .Refuses(409, "round.wrong-phase", "round.dropped");
        round.MapPost("/withdraw", WithdrawAsync).RequireAuthorization(Policies.OwnParty)
            .Says("WithdrawFromRound", "The caller leaves: it has lost its keys, or refuses. Below the minimum cohort the round aborts.", "Idempotent.")
            .Answers<RoundBody>()
            .Refuses(403, "round.not-a-participant")
            .Refuses(404, "round.unknown");
    }

    private static void MapStep(RouteGroupBuilder round, RoundStep step)
    {
        var isUpload = step == RoundStep.Upload;
        round.MapPost($"/{step.Name}", (string owner, int number, HttpContext context, GrainCalls calls, CancellationToken cancel) =>
                SubmitAsync(step, owner, number, context, calls, cancel))
            .RequireAuthorization(Policies.OwnParty)
            .WithMetadata(new RequestSizeLimitAttribute(step.LargestBody))
            .Accepts<byte[]>(OctetStream)
            .Says(
                $"Round{char.ToUpperInvariant(step.Name[0])}{step.Name[1..]}",
                $"The caller's message of the phase {step.Phase}: canonical bytes of the protocol, at most {step.LargestBody} bytes.",
                (isUpload ? "The body is the receipt's length (4 bytes, little-endian; 0 for none), the committed charge's receipt as JSON, then the masked input. " : "")
                    + "The same bytes again are accepted silently; other ones are secagg.equivocation, and the first stand.")
            .Answers<RoundBody>()
            .Refuses(400, [.. isUpload ? [ProblemCodes.Malformed] : Array.Empty<string>(), .. PeerFaults])
            .Refuses(403, "round.not-a-participant")
            .Refuses(404, "round.unknown")
            .Refuses(409, [.. isUpload ? ["round.uncharged"] : Array.Empty<string>(), "round.wrong-phase", "round.dropped", "secagg.equivocation"])
            .Refuses(413, ProblemCodes.TooLarge);
    }

    private static async Task<IResult> GetAsync(string owner, int number, GrainCalls calls, CancellationToken cancel, long after = -1, int waitMilliseconds = 0) =>
        Watching.Fault(waitMilliseconds) ?? (await calls.Within(Of(calls, owner, number).GetAsync(after, waitMilliseconds), cancel)).ToOk(RoundBodies.Of);

    private static Task<IResult> EventsAsync(string owner, int number, HttpContext context, EventStream stream, GrainCalls calls) => stream.SendAsync(
        context, "round", (after, wait, cancel) => calls.Within(Of(calls, owner, number).GetAsync(after, wait), cancel),
        v => v.Version, v => v.Phase is RoundPhases.Completed or RoundPhases.Aborted, RoundBodies.Of);

    private static async Task<IResult> SubmitAsync(RoundStep step, string owner, int number, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        if (ApiCaller.Of(context.User)?.Party is not { } party)
        {
            return ProblemResult.Of(ProblemCodes.KeyOtherParty, "A round's messages are sent with a party's API key.");
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        ReadOnlyMemory<byte> payload = body.ToArray();
        ChargeReceipt? receipt = null;
        if (step == RoundStep.Upload)
        {
            if (!MaskedUpload.TryRead(payload, out var paid, out payload, out var fault))
            {
                return ProblemResult.Of(ProblemCodes.Malformed, fault);
            }

            receipt = paid is null ? null : new ChargeReceipt(
                paid.Party, paid.Budget, paid.ChargeId, paid.Kind, paid.Purpose, paid.Status, paid.Binding, paid.EpsilonSoFar, paid.EpsilonLeft, paid.Version,
                paid.HeadHash, paid.Signature);
        }

        return (await calls.Within(Of(calls, owner, number).SubmitAsync(new RoundMessage(party, step.Phase, payload, receipt)), cancel)).ToOk(RoundBodies.Of);
    }

    private static async Task<IResult> CollectAsync(string owner, int number, string phase, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        if (RoundStep.Find(phase) is not { } step)
        {
            return ProblemResult.Of(ProblemCodes.InvalidParameter, $"phase is one of {string.Join(", ", RoundStep.All.Select(s => s.Name))}.");
        }

        if (ApiCaller.Of(context.User)?.Party is not { } party)
        {
            return ProblemResult.Of(ProblemCodes.KeyOtherParty, "An inbox is read with its party's API key.");
        }

        var reply = await calls.Within(Of(calls, owner, number).CollectAsync(party, step.Phase), cancel);
        return reply.Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.Bytes(reply.Value!.Payload, OctetStream);
    }

    private static async Task<IResult> WithdrawAsync(string owner, int number, WithdrawRequest request, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        if (ApiCaller.Of(context.User)?.Party is not { } party)
        {
            return ProblemResult.Of(ProblemCodes.KeyOtherParty, "A party leaves a round with its own API key.");
        }

        return Lines.Fault(request.Reason, "reason", 300)
            ?? (await calls.Within(Of(calls, owner, number).WithdrawAsync(party, request.Reason), cancel)).ToOk(RoundBodies.Of);
    }

    private static IRoundGrain Of(GrainCalls calls, string owner, int number) => calls.Factory.GetGrain<IRoundGrain>($"{owner}/{number}");
}
