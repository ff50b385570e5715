using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.OpenApi;

/// <summary>Completes the OpenAPI document: what the API is, how to show a key, which codes come with which status.</summary>
internal static class OpenApiDocs
{
    private static readonly (int Status, string[] Codes)[] Everywhere =
    [
        (429, [ProblemCodes.TooMany]),
        (500, [ProblemCodes.Internal]),
        (503, [ProblemCodes.ClusterUnavailable]),
        (504, [ProblemCodes.Deadline]),
    ];

    private static readonly (int Status, string[] Codes)[] WithKey =
    [
        (401, [ProblemCodes.KeyMissing, ProblemCodes.KeyInvalid, ProblemCodes.KeyExpired, ProblemCodes.KeyRevoked]),
        (403, [ProblemCodes.KeyScope, ProblemCodes.KeyOtherParty]),
    ];

    private static readonly (int Status, string[] Codes)[] WithBody =
    [
        (400, [ProblemCodes.NotJson, ProblemCodes.UnknownMember, ProblemCodes.DuplicateMember, ProblemCodes.MissingMember, ProblemCodes.InvalidMember, ProblemCodes.NotFinite]),
        (413, [ProblemCodes.TooLarge]),
        (415, [ProblemCodes.WrongMediaType]),
    ];

    private static readonly (int Status, string[] Codes)[] WithIdempotency =
    [
        (400, [ProblemCodes.IdempotencyKeyInvalid]),
        (409, [ProblemCodes.IdempotencyInProgress]),
        (422, [ProblemCodes.IdempotencyKeyReused]),
    ];

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "PrivacyGrains gateway",
                Version = "v1",
                Description = "Parties, keys, budgets, models and the audit log of one consortium. Every problem is application/problem+json (RFC 9457) with a stable `code`. "
                    + "Byte strings in JSON are base64; large vectors are application/octet-stream. Numbers are finite; unknown members are refused.",
            };
            document.Servers = []; // wherever it was fetched from
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [ApiKeyHandler.SchemeName] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "pgk_{credentialId}_{secret}",
                    Description = "An API key of the consortium.",
                },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(static (operation, context, _) =>
        {
            Complete(operation, context);
            return Task.CompletedTask;
        });
    }

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var open = metadata.OfType<IAllowAnonymous>().Any();
        var policy = metadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy;
        var isPost = context.Description.HttpMethod == "POST";
        IEnumerable<(int Status, string[] Codes)> all = metadata.OfType<RefusalMetadata>().Select(r => (r.Status, r.Codes.ToArray()))
            .Concat(Everywhere).Concat(open ? [] : WithKey).Concat(operation.RequestBody is null ? [] : WithBody).Concat(isPost ? WithIdempotency : []);
        operation.Responses ??= [];
        foreach (var (status, codes) in all.GroupBy(r => r.Status).OrderBy(g => g.Key).Select(g => (g.Key, g.SelectMany(r => r.Codes).Distinct(StringComparer.Ordinal))))
        {
            operation.Responses[$"{status}"] = new OpenApiResponse
            {
                Description = string.Join(", ", codes.Select(c => $"`{c}`")),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Problems.ProblemResult.MediaType] = new() { Schema = new OpenApiSchemaReference("Problem", context.Document) },
                },
            };
        }

        if (isPost)
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Description = "1 to 128 visible ASCII characters. The same key with the same request gives the same answer; remembered in the gateway's memory for 24 hours at most.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 128 },
            });
        }

        if (!open)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKeyHandler.SchemeName, context.Document)] = [] }];
            operation.Description = $"{operation.Description}{(operation.Description is null ? "" : " ")}Allowed: {Who(policy)}.";
        }
    }

    private static string Who(string? policy) => policy switch
    {
        Policies.Operator => "operators",
        Policies.OwnParty => "this party itself",
        Policies.Reader => "parties, auditors and operators",
        Policies.Analyst => "analysts and operators",
        Policies.Contributor or Policies.KeyMaker => "operators and parties",
        _ => "any good key",
    };
}
