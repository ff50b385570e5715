using System.Buffers.Text;
using System.Security.Cryptography;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Keys;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>How a party becomes a member: an operator invites it, it answers with its key and a proof that it holds it.</summary>
internal static class JoinEndpoints
{
    public static void MapJoining(this RouteGroupBuilder v1)
    {
        v1.MapPost("/parties", InviteAsync).RequireAuthorization(Policies.Operator)
            .Says("InviteParty", "Invites a party.", "The token is answered this once; the consortium keeps its hash. A new invitation replaces one that was not used.")
            .Answers<InvitationBody>(StatusCodes.Status201Created)
            .Refuses(400, "consortium.bad-party", "consortium.bad-name", "consortium.bad-roles")
            .Refuses(409, "consortium.already-member");
        v1.MapPost("/parties/{party}/join", JoinAsync).AllowAnonymous()
            .Says(
                "JoinConsortium",
                "Answers an invitation: pins the party's key.",
                "Needs no API key but the invitation's token. Bring a credential of your own, and the secret never travels and the same request may be repeated; or have one made, answered this once.")
            .Answers<JoinedBody>()
            .Refuses(400, "consortium.bad-key", "consortium.bad-credential")
            .Refuses(403, "consortium.not-invited", "consortium.bad-proof", "consortium.revoked")
            .Refuses(409, "consortium.already-member", "consortium.key-taken", "consortium.credential-taken");
    }

    private static async Task<IResult> InviteAsync(InviteRequest request, GrainCalls calls, CancellationToken cancel)
    {
        var secret = RandomNumberGenerator.GetBytes(ApiKey.SecretBytes);
        var token = Base64Url.EncodeToString(secret);
        var invitation = new Invitation(request.Party, request.DisplayName, [.. request.Roles], ApiKey.HashSecret(secret));
        CryptographicOperations.ZeroMemory(secret);
        var reply = await calls.Within(calls.Consortium.InviteAsync(invitation), cancel);
        if (reply.Refusal is { } refusal)
        {
            return ProblemResult.Of(refusal);
        }

        var consortium = await calls.Within(calls.Consortium.GetAsync(), cancel);
        return consortium.ToCreated(_ => $"/v1/parties/{request.Party}", view =>
        {
            var line = new InvitationToken(request.Party, view.Consortium, Convert.ToHexStringLower(SHA256.HashData(view.CoordinatorKey.Span)), token);
            return new InvitationBody(ConsortiumEndpoints.ToBody(reply.Value!), line.Consortium, line.CoordinatorFingerprint, token, line.Format());
        });
    }

    private static async Task<IResult> JoinAsync(string party, JoinRequestBody request, GrainCalls calls, CancellationToken cancel)
    {
        if (!InvitationToken.TryHash(request.Token, out var tokenHash))
        {
            return ProblemResult.Of(ProblemCodes.InvalidMember, "token is 43 characters of base64url, as the invitation gave it.");
        }

        var (credentialId, secretHash, apiKey) = request.Credential is { } own ? (own.CredentialId, own.SecretHash, null) : NewKeys.Make(party);
        var join = new JoinRequest(party, tokenHash, request.VerificationKey, request.Proof, credentialId, secretHash);
        var reply = await calls.Within(calls.Consortium.JoinAsync(join), cancel);
        if (reply.Refusal is { } refusal)
        {
            return ProblemResult.Of(refusal);
        }

        var consortium = await calls.Within(calls.Consortium.GetAsync(), cancel);
        return consortium.ToOk(view => new JoinedBody(
            ConsortiumEndpoints.ToBody(reply.Value!), view.Consortium, view.Epoch, view.CoordinatorKey.ToArray(), credentialId, apiKey));
    }
}
