using System.Globalization;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>A client's key sets, and scoring with them. A set is its credential's: to all others it is not there.</summary>
internal static class EncryptedModelKeyEndpoints
{
    private const string Bytes = "application/octet-stream";

    private static readonly string[] NotAsStated = ["ckks.header", "ckks.version", "ckks.compression", "ckks.inflate", "ckks.truncated", "ckks.trailing-bytes", "ckks.too-large", "ckks.parameters", "ckks.level", "ckks.shape", "ckks.form", "ckks.scale", "ckks.length", "ckks.word", "ckks.seed", "ckks.keys", "ckks.too-many-keys", "ckks.secret-key", "ckks.plaintext"];

    public static void MapEncryptedModelKeys(this RouteGroupBuilder v1, GatewaySettings settings)
    {
        var sets = v1.MapGroup("/encrypted-models/{model}/key-sets").RequireAuthorization(Policies.Scorer).AddEndpointFilter<EncryptedModelNames>();
        sets.MapPost("", CreateAsync)
            .Says("CreateKeySet", "Opens a key set for a version's parameters; it expires, with all keys in it.", "modelVersion 0 is the newest.")
            .Answers<KeySetBody>(StatusCodes.Status201Created)
            .Refuses(404, "scoring.unknown-version")
            .Refuses(409, "scoring.too-many-key-sets");
        sets.MapGet("/{keySet}", GetAsync)
            .Says("GetKeySet", "One of the caller's key sets.")
            .Answers<KeySetBody>()
            .Refuses(404, "scoring.unknown-key-set", "scoring.keys-expired");
        sets.MapDelete("/{keySet}", DeleteAsync)
            .Says("DeleteKeySet", "Erases one of the caller's key sets.", "Idempotent.")
            .Produces(StatusCodes.Status204NoContent)
            .Refuses(404, "scoring.unknown-key-set");
        sets.MapPut("/{keySet}/{kind}", UploadAsync)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(settings.MaximumKeyBytes))
            .Accepts<byte[]>(Bytes)
            .Says("UploadKeys", "Gives one kind of keys as SEAL saves them, in place of those that are there once all of it has come and is good.", "digest is the lower-case hex of SHA-256 over the body; it may be left out. A secret key is refused, and nothing of it is kept.")
            .Answers<KeySetBody>()
            .Refuses(400, [.. NotAsStated, "scoring.bad-kind", "scoring.bad-digest", "scoring.upload-superseded"])
            .Refuses(404, "scoring.unknown-key-set", "scoring.keys-expired");
        sets.MapPost("/{keySet}/scores", ScoreAsync)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(settings.MaximumScoreBytes))
            .Accepts<byte[]>(Bytes)
            .Says(
                "Score", "Scores ciphertexts: SEAL objects one after another, in the layout's order; the answer is the same way, in the first one's dialect and packing (or as packing says).",
                "Counts every row that the layout's slots can hold. Repeated under the same requestId with the same body, it counts once; only so is it safe to repeat. Headers: PrivacyGrains-Rows-Counted, PrivacyGrains-Rows-Left, PrivacyGrains-Model-Version.")
            .Produces(StatusCodes.Status200OK, contentType: Bytes)
            .Refuses(400, [.. NotAsStated, "scoring.score-inputs", "scoring.score-keys", "scoring.unknown-layout", "scoring.bad-request-id", "scoring.request-too-large"])
            .Refuses(404, "scoring.unknown-version", "scoring.unknown-key-set", "scoring.keys-expired", "scoring.keys-lost")
            .Refuses(409, "scoring.quota-used-up", "scoring.request-id-reused", "scoring.answered-before", "scoring.keys-missing", "scoring.other-parameters", "scoring.version-retired");
    }

    private static async Task<IResult> CreateAsync(string model, HttpContext context, GrainCalls calls, CancellationToken cancel, int modelVersion = 0)
    {
        var view = await calls.Within(calls.EncryptedModel(model).GetAsync(), cancel);
        if (view.Refusal is { } refusal)
        {
            return ProblemResult.Of(refusal);
        }

        var versions = view.Value!.Versions;
        var version = modelVersion == 0 ? versions.LastOrDefault(v => v.Status == "active") ?? versions[^1] : versions.FirstOrDefault(v => v.Version == modelVersion);
        if (version is null)
        {
            return ProblemResult.Of(new Refusal("scoring.unknown-version", $"Encrypted model {model} has no version {modelVersion}.", RefusalKind.NotFound));
        }

        var steps = version.Layouts.Sum(l => l.Steps.Length);
        var terms = new KeySetTerms(version.Version, version.Degree, version.Primes, version.ParametersId, Math.Max(steps, 2 * (int)Math.Log2(version.Degree)));
        var reply = await calls.Within(calls.KeySet(ApiCaller.Of(context.User)!.CredentialId, model, NewKeys.MakeId()).CreateAsync(terms), cancel);
        return reply.ToCreated(s => $"/v1/encrypted-models/{s.Model}/key-sets/{s.KeySet}", EncryptedModelBodies.Of);
    }

    private static async Task<IResult> GetAsync(string model, string keySet, HttpContext context, GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(Own(context, model, keySet, calls).GetAsync(), cancel)).ToOk(EncryptedModelBodies.Of);

    private static async Task<IResult> DeleteAsync(string model, string keySet, HttpContext context, GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(Own(context, model, keySet, calls).DeleteAsync(), cancel)).Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.NoContent();

    private static async Task<IResult> UploadAsync(string model, string keySet, string kind, HttpContext context, GrainCalls calls, CancellationToken cancel, string digest = "")
    {
        if (digest.Length > 0 && (digest.Length != 64 || digest.Any(c => !char.IsAsciiHexDigitLower(c))))
        {
            return ProblemResult.Of(ProblemCodes.InvalidParameter, "digest is the lower-case hex of SHA-256 over the body.");
        }

        var set = Own(context, model, keySet, calls);
        var begun = await calls.Within(set.BeginAsync(kind), cancel);
        if (begun.Refusal is { } refusal)
        {
            return ProblemResult.Of(refusal);
        }

        var (upload, most) = (begun.Value!.Upload, begun.Value.MostBytes);
        if (context.Request.ContentLength > most)
        {
            return ProblemResult.Of(ProblemCodes.TooLarge, $"{kind} keys have at most {most} bytes under this model's parameters: make those that the service asks for alone.");
        }

        return await PassOnAsync(context.Request.Body, set, upload, calls, cancel) is { } refused
            ? ProblemResult.Of(refused)
            : (await calls.Within(set.CommitAsync(upload, digest), cancel)).ToOk(EncryptedModelBodies.Of);
    }

    /// <summary>Hands a body on in pieces: one of them is here at a time.</summary>
    private static async Task<Refusal?> PassOnAsync(Stream body, IEvaluationKeysGrain set, string upload, GrainCalls calls, CancellationToken cancel)
    {
        for (var index = 0; ; index++)
        {
            var piece = GC.AllocateUninitializedArray<byte>(IEvaluationKeysGrain.PieceBytes); // never used again: a call whose deadline passed may still read it
            var read = await body.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancel);
            if (read > 0 && (await calls.Within(set.AppendAsync(upload, index, piece.AsMemory(0, read)), cancel)).Refusal is { } refusal)
            {
                return refusal;
            }

            if (read < piece.Length)
            {
                return null;
            }
        }
    }

    private static async Task<IResult> ScoreAsync(
        string model, string keySet, HttpContext context, GrainCalls calls, GatewaySettings settings, TimeProvider clock, CancellationToken cancel, string layout = "batched", string requestId = "", string packing = "", int modelVersion = 0)
    {
        using var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, 1 << 20));
        await context.Request.Body.CopyToAsync(body, cancel);
        var request = new ScoreRequest(requestId.Length > 0 ? requestId : NewKeys.MakeId(), modelVersion, keySet, layout, body.GetBuffer().AsMemory(0, (int)body.Length), packing);
        var reply = await AnswerAsync(calls.EncryptedModel(model), request, calls, settings, clock, cancel);
        if (reply.Refusal is { } refusal)
        {
            return ProblemResult.Of(refusal);
        }

        var answer = reply.Value!;
        var headers = context.Response.Headers;
        headers[ScoringHeaders.Version] = answer.Version.ToString(CultureInfo.InvariantCulture);
        headers[ScoringHeaders.Rows] = answer.Rows.ToString(CultureInfo.InvariantCulture);
        headers[ScoringHeaders.Left] = answer.Quota.Left.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Bytes(answer.Ciphertexts, Bytes);
    }

    // A circuit may take longer than one call to a grain: it is asked for again and again until the answer is there.
    private static async Task<Reply<ScoreAnswer>> AnswerAsync(IEncryptedModelGrain grain, ScoreRequest request, GrainCalls calls, GatewaySettings settings, TimeProvider clock, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var begun = clock.GetTimestamp();
            var reply = await calls.Within(grain.ScoreAsync(request, late.Token), cancel);
            while (reply.Refusal?.Code == IEncryptedModelGrain.UnderWay)
            {
                if (clock.GetElapsedTime(begun) > settings.ScoreDeadline)
                {
                    throw new TimeoutException();
                }

                cancel.ThrowIfCancellationRequested();
                reply = await calls.Within(grain.AnswerAsync(request.RequestId), cancel);
            }

            return reply;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // An answer that nobody gets is not computed to its end, nor counted.
            await late.CancelAsync();
            await calls.Within(grain.StopAsync(request.RequestId), CancellationToken.None);
            throw;
        }
    }

    private static IEvaluationKeysGrain Own(HttpContext context, string model, string keySet, GrainCalls calls) => calls.KeySet(ApiCaller.Of(context.User)!.CredentialId, model, keySet);
}
