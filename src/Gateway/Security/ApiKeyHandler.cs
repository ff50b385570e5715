using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Gateway.Security;

/// <summary>Reads <c>Authorization: Bearer pgk_...</c> (RFC 6750, section 2.1) and answers 401 and 403 as problems.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyMemory keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name, and the OpenAPI document's.</summary>
    public const string SchemeName = "apiKey";

    /// <summary>The item under which an authorization handler notes the code of its no.</summary>
    public const string ForbiddenCode = "privacygrains.forbidden";

    private const string Bearer = "Bearer ";

    private string _refusal = ProblemCodes.KeyMissing;

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return AuthenticateResult.NoResult();
        }

        _refusal = ProblemCodes.KeyInvalid;
        if (header.Count != 1 || header[0] is not { } text || !text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            || !ApiKey.TryParse(text[Bearer.Length..].Trim(), out var credentialId, out var secretHash))
        {
            return AuthenticateResult.Fail(ProblemCodes.KeyInvalid);
        }

        var reply = await keys.AuthenticateAsync(credentialId, secretHash, Context.RequestAborted);
        if (reply.Value is { } principal)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(ApiCaller.ToUser(principal, SchemeName), SchemeName));
        }

        // Whoever holds the right secret may learn that it has ended; whoever guesses learns nothing.
        _refusal = reply.Refusal!.Code switch
        {
            "auth.expired" => ProblemCodes.KeyExpired,
            "auth.revoked" => ProblemCodes.KeyRevoked,
            _ => ProblemCodes.KeyInvalid,
        };
        return AuthenticateResult.Fail(_refusal);
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer realm=\"privacygrains\"";
        return ProblemResult.Of(_refusal, "Send a good API key as 'Authorization: Bearer pgk_...'. An operator makes one, or a party for itself.").ExecuteAsync(Context);
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var code = Context.Items[ForbiddenCode] as string ?? ProblemCodes.KeyScope;
        var detail = code == ProblemCodes.KeyOtherParty ? "A party acts only for itself. Use that party's own key." : "Use a key of another scope; the OpenAPI document states which.";
        return ProblemResult.Of(code, detail).ExecuteAsync(Context);
    }
}
