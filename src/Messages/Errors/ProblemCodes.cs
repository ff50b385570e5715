namespace PrivacyGrains.Messages.Errors;

/// <summary>The stable codes of problems that the gateway itself finds. Those of the grains (<c>ledger.over-budget</c>, ...) pass through unchanged.</summary>
/// <remarks>A code is never renamed and never used for another case.</remarks>
public static class ProblemCodes
{
    /// <summary>400: the body is not JSON.</summary>
    public const string NotJson = "request.not-json";

    /// <summary>400: the body has a member that the message does not have.</summary>
    public const string UnknownMember = "request.unknown-member";

    /// <summary>400: the body has a member twice.</summary>
    public const string DuplicateMember = "request.duplicate-member";

    /// <summary>400: the body lacks a member.</summary>
    public const string MissingMember = "request.missing-member";

    /// <summary>400: a member of the body has another type, or a value outside its range.</summary>
    public const string InvalidMember = "request.invalid-member";

    /// <summary>400: a number is NaN or infinite.</summary>
    public const string NotFinite = "request.not-finite";

    /// <summary>400: a parameter of the path or the query is missing or wrong.</summary>
    public const string InvalidParameter = "request.invalid-parameter";

    /// <summary>400: the request breaks HTTP, or its body ended early.</summary>
    public const string Malformed = "request.malformed";

    /// <summary>404: there is no such route.</summary>
    public const string UnknownRoute = "request.unknown-route";

    /// <summary>405: the route has no such method.</summary>
    public const string WrongMethod = "request.wrong-method";

    /// <summary>408: the body came too slowly.</summary>
    public const string TooSlow = "request.too-slow";

    /// <summary>413: the body is longer than this route takes.</summary>
    public const string TooLarge = "request.too-large";

    /// <summary>415: the body is of another media type than this route takes.</summary>
    public const string WrongMediaType = "request.wrong-media-type";

    /// <summary>429: this credential or address asked too often; wait as long as <c>Retry-After</c> says.</summary>
    public const string TooMany = "request.too-many";

    /// <summary>504: the consortium did not answer within the deadline. Whether a write happened is not known: ask, or repeat it under the same id.</summary>
    public const string Deadline = "request.deadline";

    /// <summary>401: no API key came.</summary>
    public const string KeyMissing = "key.missing";

    /// <summary>401: the API key is not one of this consortium's.</summary>
    public const string KeyInvalid = "key.invalid";

    /// <summary>401: the API key has expired.</summary>
    public const string KeyExpired = "key.expired";

    /// <summary>401: the API key was revoked.</summary>
    public const string KeyRevoked = "key.revoked";

    /// <summary>403: the API key's scopes do not allow this.</summary>
    public const string KeyScope = "key.scope";

    /// <summary>403: the API key acts for another party.</summary>
    public const string KeyOtherParty = "key.other-party";

    /// <summary>404: there is no such API key that the caller may see.</summary>
    public const string KeyUnknown = "key.unknown";

    /// <summary>400: the header <c>Idempotency-Key</c> is not 1 to 128 visible ASCII characters.</summary>
    public const string IdempotencyKeyInvalid = "idempotency.key-invalid";

    /// <summary>422: that <c>Idempotency-Key</c> came before with another request.</summary>
    public const string IdempotencyKeyReused = "idempotency.key-reused";

    /// <summary>409: a request with that <c>Idempotency-Key</c> is still under way.</summary>
    public const string IdempotencyInProgress = "idempotency.in-progress";

    /// <summary>404: there is no such party in this consortium.</summary>
    public const string PartyUnknown = "party.unknown";

    /// <summary>503: the silo that runs this party is not there. Nothing was changed.</summary>
    public const string PartyUnavailable = "party.unavailable";

    /// <summary>503: no silo answers.</summary>
    public const string ClusterUnavailable = "cluster.unavailable";

    /// <summary>500: the gateway or a grain failed. The trace id finds it in the log.</summary>
    public const string Internal = "internal";
}
