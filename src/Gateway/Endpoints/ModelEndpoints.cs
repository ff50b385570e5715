using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Models;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Models and their versions.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this RouteGroupBuilder v1, GatewaySettings settings)
    {
        v1.MapGet("/models", ListAsync)
            .Says("ListModels", "All models, oldest first.")
            .Answers<Listing<ModelSummary>>();
        v1.MapGet("/models/{model}", GetAsync)
            .Says("GetModel", "A model and its versions, oldest first.")
            .Answers<ModelBody>()
            .Refuses(404, "model.unknown-version");
        v1.MapPost("/models/{model}/versions", RegisterAsync).RequireAuthorization(Policies.Contributor)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(settings.MaximumModelBytes))
            .Accepts<byte[]>("application/octet-stream")
            .Says("RegisterModelVersion", "Adds a version: the body is its weights (safetensors), at most 16 MiB.", "Idempotent by digest.")
            .Answers<ModelVersionBody>(StatusCodes.Status201Created)
            .Refuses(400, ProblemCodes.InvalidParameter, "model.bad-digest", "model.bad-size", "model.bad-registration");
        v1.MapGet("/models/{model}/versions/{version:int:min(0)}/weights", WeightsAsync)
            .Says("GetModelWeights", "One version's weights (safetensors); version 0 is the newest.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .Refuses(404, "model.unknown-version");
        v1.MapPost("/models/{model}/versions/{version:int:min(1)}/retire", RetireAsync).RequireAuthorization(Policies.Operator)
            .Says("RetireModelVersion", "Ends a version's use.", "Idempotent.")
            .Answers<ModelVersionBody>()
            .Refuses(404, "model.unknown-version");
    }

    private static async Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel)
    {
        var entries = await calls.Within(calls.Consortium.ListAsync(CatalogueKinds.Model), cancel);
        return TypedResults.Ok(new Listing<ModelSummary>([.. entries.Select(e => new ModelSummary(e.Id, e.Title, e.CreatedAt))]));
    }

    private static async Task<IResult> GetAsync(string model, GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(calls.Model(model).GetAsync(), cancel)).ToOk(m => new ModelBody(m.Model, [.. m.Versions.Select(ToBody)]));

    private static async Task<IResult> RegisterAsync(
        string model, string kind, string lineage, string privacyNote, string digest, HttpRequest request, GrainCalls calls, CancellationToken cancel)
    {
        if (Lines.Fault(kind, nameof(kind), 64) is not null || Lines.Fault(lineage, nameof(lineage), 200) is not null || Lines.Fault(privacyNote, nameof(privacyNote), 200) is not null
            || digest.Length != 64 || digest.Any(c => !char.IsAsciiHexDigitLower(c)))
        {
            return ProblemResult.Of(
                ProblemCodes.InvalidParameter, "kind has 1 to 64 characters, lineage and privacyNote 1 to 200; digest is the lower-case hex of SHA-256 over the body.");
        }

        using var weights = new MemoryStream();
        await request.Body.CopyToAsync(weights, cancel);
        var registration = new ModelRegistration(kind, lineage, weights.ToArray(), digest, privacyNote);
        var reply = await calls.Within(calls.Model(model).RegisterAsync(registration), cancel);
        return reply.ToCreated(v => $"/v1/models/{v.Model}/versions/{v.Version}/weights", ToBody);
    }

    private static async Task<IResult> WeightsAsync(string model, int version, GrainCalls calls, CancellationToken cancel)
    {
        var reply = await calls.Within(calls.Model(model).WeightsAsync(version), cancel);
        return reply.Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.Bytes(reply.Value!.Weights, "application/octet-stream");
    }

    private static async Task<IResult> RetireAsync(string model, int version, RetireModelRequest request, GrainCalls calls, CancellationToken cancel) =>
        Lines.Fault(request.Reason, "reason", 200) ?? (await calls.Within(calls.Model(model).RetireAsync(version, request.Reason), cancel)).ToOk(ToBody);

    private static ModelVersionBody ToBody(ModelVersionView v) => new(v.Model, v.Version, v.Kind, v.Lineage, v.Digest, v.PrivacyNote, v.Status, v.At);
}
