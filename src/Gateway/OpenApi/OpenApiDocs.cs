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

    private static readonly (string Name, string About)[] Rooms =
    [
        ("consortium", "Who belongs to the consortium."),
        ("parties", "Parties: inviting, joining, data sets, presence."),
        ("keys", "API keys."),
        ("budgets", "Privacy budgets and their charges."),
        ("inferences", "Joint inferences on shares."),
        ("stock", "Correlations that are dealt ahead."),
        ("models", "Models and their versions."),
        ("encrypted-models", "Models that score encrypted rows (CKKS on SEAL's formats). No route takes a decrypted score."),
        ("audit", "The audit log."),
    ];

    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["party"] = "1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.",
        ["budget"] = "1 to 64 characters of a-z, 0-9 and hyphen.",
        ["dataSet"] = "1 to 64 characters of a-z, 0-9, hyphen and dot.",
        ["plan"] = "1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.",
        ["model"] = "1 to 64 characters of a-z, 0-9, hyphen and dot.",
        ["version"] = "From 1; for weights, 0 is the newest.",
        ["GetEncryptionParameters.version"] = "The dialect: a version of SEAL, as 4.1.",
        ["UploadKeys.kind"] = "public, relinearization or galois.",
        ["credential"] = "The key's public name: 1 to 64 characters of a-z, 0-9 and hyphen.",
        ["keySet"] = "As CreateKeySet named it.",
        ["layout"] = "batched or packed, as the model's version has it.",
        ["modelVersion"] = "From 1; 0 is the newest that is not retired.",
        ["requestId"] = "1 to 64 letters, digits, hyphens, underscores and dots; left out, the request cannot be repeated without counting anew.",
        ["packing"] = "none, zlib or zstd: how the answer is packed; left out, as the first ciphertext is.",
        ["chargeId"] = "As it was reserved, percent-encoded.",
        ["credentialId"] = "The key's public name.",
        ["kind"] = "As logistic: 1 to 64 characters.",
        ["lineage"] = "Where it comes from, as training/detector: 1 to 200 characters.",
        ["privacyNote"] = "The privacy claim that goes with it: 1 to 200 characters.",
        ["digest"] = "Lower-case hex of SHA-256 over the body.",
        ["after"] = "The version after which something is wanted: 0 for all entries; -1, where a call waits, to be answered at once.",
        ["waitMilliseconds"] = "How long to wait for a version above after: 0 to 5000.",
        ["session"] = "1 to 128 characters; new for every run.",
        ["slot"] = "As features.0 or weights: 1 to 64 characters.",
        ["owner"] = "The training job or query that the round belongs to.",
        ["number"] = "The round's number, from 1.",
        ["phase"] = "advertise, share, upload, consistency or unmask.",
        ["job"] = "1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.",
        ["query"] = "1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.",
        ["step"] = "How many federated steps have been made; 0 is where training begins.",
        ["from"] = "The index from which entries are wanted.",
        ["limit"] = "How many at most: 1 to 1000.",
        ["index"] = "The entry's index, from 0.",
        ["size"] = "The tree's size.",
        ["first"] = "The smaller tree's size, from 1.",
        ["second"] = "The larger tree's size.",
    };

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
            document.Tags = Rooms.Select(r => new OpenApiTag { Name = r.Name, Description = r.About }).ToHashSet();
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
        options.AddSchemaTransformer(static (schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(double) || context.JsonTypeInfo.Type == typeof(double?))
            {
                schema.Type = context.JsonTypeInfo.Type == typeof(double) ? JsonSchemaType.Number : JsonSchemaType.Number | JsonSchemaType.Null;
            }

            schema.AdditionalPropertiesAllowed = true; // requests refuse unknown members, but answers may grow
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
        var room = context.Description.RelativePath!.Split('/')[1];
        operation.Tags = new HashSet<OpenApiTagReference> { new(room, context.Document) };
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Description = Parameters.GetValueOrDefault($"{operation.OperationId}.{parameter.Name}") ?? Parameters.GetValueOrDefault(parameter.Name ?? "");
        }

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

        var sorted = new OpenApiResponses();
        operation.Responses.OrderBy(r => r.Key, StringComparer.Ordinal).ToList().ForEach(r => sorted[r.Key] = r.Value);
        operation.Responses = sorted;
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
