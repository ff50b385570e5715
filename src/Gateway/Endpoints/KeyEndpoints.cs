using System.Collections.Immutable;
using System.Security.Claims;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>API keys. An operator makes keys for operators, analysts and auditors; only a party makes keys that act for it.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this RouteGroupBuilder v1)
    {
        var keys = v1.MapGroup("/keys").RequireAuthorization(Policies.KeyMaker);
        keys.MapPost("", CreateAsync)
            .Says(
                "CreateKey",
                "Makes an API key; its secret is answered this once.",
                "An operator makes keys of the scopes operator, analyst and auditor. A party makes keys of the scope party for itself: no operator can act for it.")
            .Answers<CreatedKey>(StatusCodes.Status201Created)
            .Refuses(400, "consortium.bad-scopes", "consortium.expired");
        keys.MapGet("", ListAsync)
            .Says("ListKeys", "The keys that the caller may see, without secrets: an operator all, a party its own.")
            .Answers<Listing<KeyInfo>>();
        keys.MapDelete("/{credentialId}", RevokeAsync)
            .Says("RevokeKey", "Ends a key.", "At once at this gateway, within five seconds at others. An operator ends any, a party its own.")
            .Produces(StatusCodes.Status204NoContent)
            .Refuses(404, ProblemCodes.KeyUnknown)
            .Refuses(409, "consortium.last-operator");
    }

    private static async Task<IResult> CreateAsync(CreateKeyRequest request, ClaimsPrincipal user, GrainCalls calls, CancellationToken cancel)
    {
        var caller = ApiCaller.Of(user)!;
        if (request.Scopes.Count is < 1 or > 4 || (request.Scopes.Contains(Scopes.Party) && request.Scopes.Count > 1))
        {
            return ProblemResult.Of(ProblemCodes.InvalidMember, "scopes is party alone, or one or more of operator, analyst and auditor.");
        }

        if (request.Scopes.Contains(Scopes.Party))
        {
            if (caller.Party is null || (request.Party is not null && request.Party != caller.Party))
            {
                return ProblemResult.Of(ProblemCodes.KeyOtherParty, "Only a party makes keys that act for it.");
            }
        }
        else if (!caller.Has(Scopes.Operator) || request.Party is not null)
        {
            return ProblemResult.Of(ProblemCodes.KeyScope, "Only an operator makes keys of these scopes, and they act for no party.");
        }

        var party = request.Scopes.Contains(Scopes.Party) ? caller.Party : null;
        var (credentialId, secretHash, apiKey) = NewKeys.Make(party ?? request.Scopes[0]);
        var grant = new CredentialGrant(credentialId, secretHash, party, [.. request.Scopes], request.ExpiresAt);
        var reply = await calls.Within(calls.Consortium.AddCredentialAsync(grant), cancel);
        return reply.ToCreated(c => $"/v1/keys/{c.CredentialId}", c => new CreatedKey(c.CredentialId, apiKey!, c.Party, c.Scopes, c.ExpiresAt));
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, GrainCalls calls, CancellationToken cancel) =>
        TypedResults.Ok(new Listing<KeyInfo>([.. (await VisibleAsync(user, calls, cancel)).Select(c => new KeyInfo(c.CredentialId, c.Party, c.Scopes, c.ExpiresAt, c.Revoked))]));

    private static async Task<IResult> RevokeAsync(string credentialId, ClaimsPrincipal user, GrainCalls calls, KeyMemory memory, CancellationToken cancel)
    {
        if (!(await VisibleAsync(user, calls, cancel)).Any(c => c.CredentialId == credentialId))
        {
            return ProblemResult.Of(ProblemCodes.KeyUnknown, "No key of this name belongs to the caller.");
        }

        var reply = await calls.Within(calls.Consortium.RevokeCredentialAsync(credentialId), cancel);
        memory.Forget(credentialId);
        return reply.Refusal is { } refusal ? ProblemResult.Of(refusal) : TypedResults.NoContent();
    }

    private static async Task<IEnumerable<CredentialView>> VisibleAsync(ClaimsPrincipal user, GrainCalls calls, CancellationToken cancel)
    {
        var caller = ApiCaller.Of(user)!;
        var all = await calls.Within(calls.Consortium.ListCredentialsAsync(), cancel);
        return caller.Has(Scopes.Operator) ? all : all.Where(c => c.Party == caller.Party);
    }
}
