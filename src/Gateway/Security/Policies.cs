using Microsoft.AspNetCore.Authorization;
using PrivacyGrains.Grains;

namespace PrivacyGrains.Gateway.Security;

/// <summary>Who may call an endpoint: the names to hand to <c>RequireAuthorization</c>.</summary>
public static class Policies
{
    /// <summary>Anybody with a good key.</summary>
    public const string Member = "member";

    /// <summary>Operators only.</summary>
    public const string Operator = "operator";

    /// <summary>Parties only; where the route has a <c>{party}</c>, that party only. An operator cannot act for a party.</summary>
    public const string OwnParty = "own-party";

    /// <summary>Who may read ledgers and the audit log: parties, auditors and operators.</summary>
    public const string Reader = "reader";

    /// <summary>Who may ask statistics queries: analysts and operators.</summary>
    public const string Analyst = "analyst";

    /// <summary>Who may register models: operators and parties.</summary>
    public const string Contributor = "contributor";

    /// <summary>Who may score encrypted rows: parties, analysts and operators.</summary>
    public const string Scorer = "scorer";

    /// <summary>Who may make keys: operators, and parties for themselves.</summary>
    public const string KeyMaker = "key-maker";

    internal static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Member, p => p.AddRequirements(new ScopeRequirement()));
        options.AddPolicy(Operator, p => p.AddRequirements(new ScopeRequirement(Scopes.Operator)));
        options.AddPolicy(OwnParty, p => p.AddRequirements(new ScopeRequirement(Scopes.Party) { OwnPartyOnly = true }));
        options.AddPolicy(Reader, p => p.AddRequirements(new ScopeRequirement(Scopes.Party, Scopes.Auditor, Scopes.Operator)));
        options.AddPolicy(Analyst, p => p.AddRequirements(new ScopeRequirement(Scopes.Analyst, Scopes.Operator)));
        options.AddPolicy(Contributor, p => p.AddRequirements(new ScopeRequirement(Scopes.Operator, Scopes.Party)));
        options.AddPolicy(Scorer, p => p.AddRequirements(new ScopeRequirement(Scopes.Party, Scopes.Analyst, Scopes.Operator)));
        options.AddPolicy(KeyMaker, p => p.AddRequirements(new ScopeRequirement(Scopes.Operator, Scopes.Party)));
        options.FallbackPolicy = options.GetPolicy(Member); // an endpoint that says nothing is not open
        options.DefaultPolicy = options.FallbackPolicy!;
    }
}

/// <summary>One of some scopes; none named means any.</summary>
internal sealed class ScopeRequirement(params string[] scopes) : IAuthorizationRequirement
{
    public IReadOnlyList<string> Scopes { get; } = scopes;

    public bool OwnPartyOnly { get; init; }
}

/// <summary>Decides a <see cref="ScopeRequirement"/> and notes why it said no.</summary>
internal sealed class ScopeHandler(IHttpContextAccessor accessor) : AuthorizationHandler<ScopeRequirement>
{
    /// <inheritdoc/>
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (ApiCaller.Of(context.User) is not { } caller)
        {
            return Task.CompletedTask;
        }

        if (requirement.Scopes.Count > 0 && !requirement.Scopes.Any(caller.Has))
        {
            return Task.CompletedTask;
        }

        var http = accessor.HttpContext;
        if (requirement.OwnPartyOnly && http?.GetRouteValue("party") is string party && party != caller.Party)
        {
            http.Items[ApiKeyHandler.ForbiddenCode] = Messages.Errors.ProblemCodes.KeyOtherParty;
            return Task.CompletedTask;
        }

        context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
