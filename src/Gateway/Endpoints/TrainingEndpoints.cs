using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Limits;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Gateway.Streams;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Trainings;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Training jobs: opened and cancelled by operators, followed by anybody with a key.</summary>
internal static class TrainingEndpoints
{
    private const int LargestTerms = 8 * 1024 * 1024; // 100,000 features with their names and bounds
    private const string OctetStream = "application/octet-stream";

    private static readonly string[] TermsCodes =
    [
        "training.bad-job", "training.bad-model", "training.bad-budget", "training.bad-strategy", "training.bad-features", "training.bad-label", "training.bad-bounds",
        "training.bad-steps", "training.bad-maximum-rounds", "training.bad-local-steps", "training.bad-learning-rate", "training.bad-clip-norm", "training.bad-momentum",
        "training.bad-ridge", "training.bad-update-clip", "training.bad-phase-seconds", "training.bad-noise-multiplier", "training.bad-delta",
        "training.bad-participants", "training.bad-thresholds", "training.bad-terms",
    ];

    public static void MapTrainings(this RouteGroupBuilder v1)
    {
        v1.MapGet("/trainings", ListAsync)
            .Says("ListTrainings", "All training jobs, oldest first.")
            .Answers<Listing<TrainingSummary>>();
        var training = v1.MapGroup("/trainings/{job}");
        training.MapPost("", CreateAsync).RequireAuthorization(Policies.Operator)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(LargestTerms))
            .Says("CreateTraining", "Opens a training job and its first round.", "Idempotent for the same terms.")
            .Answers<TrainingBody>(StatusCodes.Status201Created)
            .Refuses(400, TermsCodes)
            .Refuses(409, "training.created-otherwise");
        training.MapGet("", GetAsync)
            .Says("GetTraining", "Where a training job stands.", Watching.Waits)
            .Answers<TrainingBody>()
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(404, "training.unknown");
        training.MapGet("/weights/{step:int:min(0)}", WeightsAsync)
            .Says("GetTrainingWeights", "The joint weights after a step (safetensors); step 0 is where training begins.")
            .Produces(StatusCodes.Status200OK, contentType: OctetStream)
            .Refuses(404, "training.unknown", "training.no-such-step");
        training.MapPost("/cancel", CancelAsync).RequireAuthorization(Policies.Operator)
            .Says("CancelTraining", "Ends a job. Committed charges stand.", "Idempotent.")
            .Answers<TrainingBody>()
            .Refuses(404, "training.unknown");
        training.MapGet("/events", EventsAsync).RequireRateLimiting(RateLimits.Streams)
            .Says("WatchTraining", "A job at each change, as server-sent events whose id is its version.")
            .Produces<TrainingBody>(StatusCodes.Status200OK, "text/event-stream")
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(404, "training.unknown");
    }

    private static async Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel)
    {
        var entries = await calls.Within(calls.Consortium.ListAsync(CatalogueKinds.Training), cancel);
        return TypedResults.Ok(new Listing<TrainingSummary>([.. entries.Select(e => new TrainingSummary(e.Id, e.Title, e.CreatedAt))]));
    }

    private static async Task<IResult> CreateAsync(string job, TrainingTermsBody t, GrainCalls calls, CancellationToken cancel)
    {
        var terms = new TrainingTerms(
            t.Model, [.. t.Features], t.Label, t.PositiveLabel, [.. t.Lows], [.. t.Highs], [.. t.Participants], t.Budget, t.Steps, t.MaximumRounds, t.LocalSteps,
            t.LearningRate, t.ClipNorm, t.NoiseMultiplier, t.Delta, t.AllowNoNoise, t.ReconstructionThreshold, t.MinimumCohort, t.Colluders, t.PhaseSeconds,
            t.Strategy, t.NegativeLabel, t.Momentum, t.Ridge, t.UpdateClip);
        return (await calls.Within(Of(calls, job).CreateAsync(terms), cancel)).ToCreated(v => $"/v1/trainings/{v.Job}", ToBody);
    }

    private static async Task<IResult> GetAsync(string job, GrainCalls calls, CancellationToken cancel, long after = -1, int waitMilliseconds = 0) =>
        Watching.Fault(waitMilliseconds) ?? (await calls.Within(Of(calls, job).GetAsync(after, waitMilliseconds), cancel)).ToOk(ToBody);

    private static async Task<IResult> WeightsAsync(string job, int step, GrainCalls calls, CancellationToken cancel)
    {
        var reply = await calls.Within(Of(calls, job).WeightsAsync(step), cancel);
        return reply.Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.Bytes(reply.Value!.Payload, OctetStream);
    }

    private static async Task<IResult> CancelAsync(string job, CancelTrainingRequest request, GrainCalls calls, CancellationToken cancel) =>
        Lines.Fault(request.Reason, "reason", 200) ?? (await calls.Within(Of(calls, job).CancelAsync(request.Reason), cancel)).ToOk(ToBody);

    private static Task<IResult> EventsAsync(string job, HttpContext context, EventStream stream, GrainCalls calls) => stream.SendAsync(
        context, "training", (after, wait, cancel) => calls.Within(Of(calls, job).GetAsync(after, wait), cancel), v => v.Version, v => v.Status != "running", ToBody);

    private static ITrainingGrain Of(GrainCalls calls, string job) => calls.Factory.GetGrain<ITrainingGrain>(job);

    private static TrainingBody ToBody(TrainingView v) => new(
        v.Job, ToBody(v.Terms), v.Version, v.Status, v.Step, v.CurrentRound, [.. v.Rounds.Select(RoundBodies.Of)], v.RhoPerRound, v.EpsilonClaim, v.ModelVersion, v.Message);

    private static TrainingTermsBody ToBody(TrainingTerms t) => new(
        t.Model, t.Features, t.Label, t.PositiveLabel, t.Lows, t.Highs, t.Participants, t.Budget, t.Steps, t.MaximumRounds, t.LocalSteps, t.LearningRate, t.ClipNorm,
        t.NoiseMultiplier, t.Delta, t.AllowNoNoise, t.ReconstructionThreshold, t.MinimumCohort, t.Colluders, t.PhaseSeconds, t.Strategy, t.NegativeLabel, t.Momentum,
        t.Ridge, t.UpdateClip);
}
