using System.Collections.Frozen;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Problems;

/// <summary>Status and title of every code that the gateway itself answers, and of each kind of refusal that a grain answers.</summary>
internal static class ProblemCatalogue
{
    private static readonly FrozenDictionary<string, (int Status, string Title)> Own = new Dictionary<string, (int, string)>
    {
        [ProblemCodes.NotJson] = (400, "The body is not JSON"),
        [ProblemCodes.UnknownMember] = (400, "The body has an unknown member"),
        [ProblemCodes.DuplicateMember] = (400, "The body has a member twice"),
        [ProblemCodes.MissingMember] = (400, "The body lacks a member"),
        [ProblemCodes.InvalidMember] = (400, "A member of the body is wrong"),
        [ProblemCodes.NotFinite] = (400, "A number is not finite"),
        [ProblemCodes.InvalidParameter] = (400, "A parameter is wrong"),
        [ProblemCodes.Malformed] = (400, "The request is malformed"),
        [ProblemCodes.UnknownRoute] = (404, "There is no such route"),
        [ProblemCodes.WrongMethod] = (405, "The route has no such method"),
        [ProblemCodes.TooSlow] = (408, "The body came too slowly"),
        [ProblemCodes.TooLarge] = (413, "The body is too long"),
        [ProblemCodes.WrongMediaType] = (415, "The body is of another media type"),
        [ProblemCodes.TooMany] = (429, "Too many requests"),
        [ProblemCodes.Deadline] = (504, "The consortium did not answer in time"),
        [ProblemCodes.KeyMissing] = (401, "An API key is needed"),
        [ProblemCodes.KeyInvalid] = (401, "The API key is not known"),
        [ProblemCodes.KeyExpired] = (401, "The API key has expired"),
        [ProblemCodes.KeyRevoked] = (401, "The API key was revoked"),
        [ProblemCodes.KeyScope] = (403, "The API key does not allow this"),
        [ProblemCodes.KeyOtherParty] = (403, "The API key acts for another party"),
        [ProblemCodes.KeyUnknown] = (404, "There is no such API key"),
        [ProblemCodes.IdempotencyKeyInvalid] = (400, "The idempotency key is malformed"),
        [ProblemCodes.IdempotencyKeyReused] = (422, "The idempotency key came before with another request"),
        [ProblemCodes.IdempotencyInProgress] = (409, "A request with this idempotency key is under way"),
        [ProblemCodes.PartyUnknown] = (404, "There is no such party"),
        [ProblemCodes.PartyUnavailable] = (503, "The party is not there"),
        [ProblemCodes.ClusterUnavailable] = (503, "The consortium is not there"),
        [ProblemCodes.Internal] = (500, "The gateway failed"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The gateway's own codes.</summary>
    public static IEnumerable<string> Codes => Own.Keys;

    /// <summary>Status and title of one of the gateway's own codes.</summary>
    public static (int Status, string Title) Of(string code) => Own[code];

    /// <summary>Status and title of a grain's refusal, whose code passes through.</summary>
    public static (int Status, string Title) Of(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => (400, "The request is wrong"),
        RefusalKind.Forbidden => (403, "This is not allowed"),
        RefusalKind.NotFound => (404, "There is no such thing"),
        RefusalKind.Conflict => (409, "The state does not allow it"),
        RefusalKind.Exhausted => (409, "A budget or a quota is used up"),
        RefusalKind.Unavailable => (503, "Not now"),
        _ => (409, "The state does not allow it"),
    };
}
