using System.Globalization;
using System.Text;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Models that score encrypted rows. Ciphertexts and keys pass through as bytes: the gateway reads none of them. There is no route that takes a decrypted score.</summary>
internal static class EncryptedModelEndpoints
{
    public static void MapEncryptedModels(this RouteGroupBuilder v1, GatewaySettings settings)
    {
        var models = v1.MapGroup("/encrypted-models").AddEndpointFilter<EncryptedModelNames>();
        models.MapGet("", ListAsync)
            .Says("ListEncryptedModels", "All models that score encrypted rows, oldest first.")
            .Answers<Listing<EncryptedModelSummary>>();
        models.MapGet("/{model}", GetAsync)
            .Says("GetEncryptedModel", "A model: parameters, layouts of rows, the keys that they need, and what is left of the caller's quota.")
            .Answers<EncryptedModelBody>()
            .Refuses(404, "scoring.unknown-version");
        models.MapPost("/{model}/versions", RegisterAsync).RequireAuthorization(Policies.Contributor)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(settings.MaximumModelBytes))
            .Says("RegisterEncryptedModel", "Adds a version. The first one's caller owns the model.", "Idempotent for the same model, parameters and terms.")
            .Answers<EncryptedModelBody>(StatusCodes.Status201Created)
            .Refuses(400, "scoring.bad-registration", "scoring.bad-parameters", "scoring.model-format", "scoring.model-number", "scoring.model-size", "scoring.circuit-depth", "scoring.circuit-modulus", "scoring.circuit-precision", "scoring.circuit-slots", "scoring.circuit-special-prime")
            .Refuses(403, "scoring.not-the-owner");
        models.MapPost("/{model}/versions/{version:int:min(1)}/retire", RetireAsync).RequireAuthorization(Policies.Contributor)
            .Says("RetireEncryptedModel", "Ends a version's use.", "Idempotent.")
            .Answers<EncryptedModelBody>()
            .Refuses(403, "scoring.not-the-owner")
            .Refuses(404, "scoring.unknown-version");
        models.MapPut("/{model}/quotas/{credential}", AllowAsync).RequireAuthorization(Policies.Contributor)
            .Says("AllowRows", "Sets how many rows a credential may ask for in all.", "Idempotent.")
            .Answers<ScoringQuotaBody>()
            .Refuses(400, "scoring.bad-quota")
            .Refuses(403, "scoring.not-the-owner")
            .Refuses(404, "scoring.unknown-version");
        models.MapGet("/{model}/parameters", ParametersAsync)
            .Says("GetEncryptionParameters", "A version's parameters as SEAL's EncryptionParameters, in the dialect of version (as 4.1; 3.7 is read by SEAL 3.7 to 4).", "modelVersion 0 is the newest.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .Refuses(400, "ckks.version")
            .Refuses(404, "scoring.unknown-version");
    }

    public static bool IsOperator(HttpContext context) => ApiCaller.Of(context.User)?.Has(Scopes.Operator) == true;

    private static async Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel)
    {
        var entries = await calls.Within(calls.Consortium.ListAsync(CatalogueKinds.EncryptedModel), cancel);
        return TypedResults.Ok(new Listing<EncryptedModelSummary>([.. entries.Select(e => new EncryptedModelSummary(e.Id, e.Title, e.CreatedAt))]));
    }

    private static async Task<IResult> GetAsync(string model, GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(calls.EncryptedModel(model).GetAsync(), cancel)).ToOk(EncryptedModelBodies.Of);

    private static async Task<IResult> RegisterAsync(string model, RegisterEncryptedModelRequest request, HttpContext context, GrainCalls calls, CancellationToken cancel)
    {
        var registration = new EncryptedModelRegistration(
            Encoding.UTF8.GetBytes(request.Model.GetRawText()), request.Degree ?? 0, [.. request.PrimeBits ?? []], request.RowsPerCredential,
            [.. (request.Ranges ?? []).Select(r => new FeatureScaleView(r.Feature, r.Lower, r.Upper))], request.Link ?? "identity", request.Note ?? "", IsOperator(context));
        var reply = await calls.Within(calls.EncryptedModel(model).RegisterAsync(registration), cancel);
        return reply.ToCreated(v => $"/v1/encrypted-models/{v.Model}", EncryptedModelBodies.Of);
    }

    private static async Task<IResult> RetireAsync(string model, int version, RetireEncryptedModelRequest request, HttpContext context, GrainCalls calls, CancellationToken cancel) =>
        Lines.Fault(request.Reason, "reason", 200)
        ?? (await calls.Within(calls.EncryptedModel(model).RetireAsync(version, request.Reason, IsOperator(context)), cancel)).ToOk(EncryptedModelBodies.Of);

    private static async Task<IResult> AllowAsync(string model, string credential, AllowRowsRequest request, HttpContext context, GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(calls.EncryptedModel(model).AllowAsync(credential, request.Rows, IsOperator(context)), cancel)).ToOk(EncryptedModelBodies.Of);

    private static async Task<IResult> ParametersAsync(string model, GrainCalls calls, CancellationToken cancel, string version = "3.7", int modelVersion = 0)
    {
        var parts = version.Split('.');
        if (parts.Length is < 2 or > 3 || !byte.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || !byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return ProblemResult.Of(ProblemCodes.InvalidParameter, "version is a version of SEAL, as 4.1.");
        }

        var reply = await calls.Within(calls.EncryptedModel(model).ParametersAsync(modelVersion, major, minor), cancel);
        return reply.Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.Bytes(reply.Value!.Bytes, "application/octet-stream");
    }
}

/// <summary>Refuses names that no encrypted model, key set or credential can have, before they become a grain's key.</summary>
internal sealed class EncryptedModelNames : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var values = context.HttpContext.Request.RouteValues;
        foreach (var name in (ReadOnlySpan<string>)["model", "keySet", "credential"])
        {
            if (values.TryGetValue(name, out var value) && !RouteNames.IsBudget(value as string))
            {
                return ValueTask.FromResult<object?>(ProblemResult.Of(ProblemCodes.InvalidParameter, $"{name} has 1 to 64 characters of a-z, 0-9 and hyphen, and begins with a letter or digit."));
            }
        }

        return next(context);
    }
}
