using System.Security.Claims;
using PrivacyGrains.Grains;

namespace PrivacyGrains.Gateway.Security;

/// <summary>Who is calling, as the key says.</summary>
/// <param name="CredentialId">Which credential.</param>
/// <param name="Party">The party that it acts for, or null.</param>
/// <param name="Scopes">What it may do.</param>
public sealed record ApiCaller(string CredentialId, string? Party, IReadOnlyCollection<string> Scopes)
{
    private const string PartyClaim = "party";
    private const string ScopeClaim = "scope";

    /// <summary>Whether the key has a scope.</summary>
    /// <param name="scope">Of <see cref="Grains.Scopes"/>.</param>
    public bool Has(string scope) => Scopes.Contains(scope);

    /// <summary>The caller of a request, or null where no good key came.</summary>
    /// <param name="user">The request's.</param>
    public static ApiCaller? Of(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Identity is { IsAuthenticated: true, Name: { } id }
            ? new ApiCaller(id, user.FindFirst(PartyClaim)?.Value, [.. user.FindAll(ScopeClaim).Select(c => c.Value)])
            : null;
    }

    internal static ClaimsPrincipal ToUser(Principal principal, string scheme)
    {
        var claims = principal.Scopes.Select(s => new Claim(ScopeClaim, s)).Append(new Claim(ClaimTypes.Name, principal.CredentialId));
        return new ClaimsPrincipal(new ClaimsIdentity(principal.Party is { } party ? claims.Append(new Claim(PartyClaim, party)) : claims, scheme));
    }
}
