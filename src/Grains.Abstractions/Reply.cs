namespace PrivacyGrains.Grains;

/// <summary>An expected "no": what a caller may have to change. Never an exception.</summary>
/// <param name="Code">Stable, lower case with dots, as <c>ledger.over-budget</c>; the gateway hands it to its callers unchanged.</param>
/// <param name="Message">One sentence that says what to change. Public: no secret enters it.</param>
/// <param name="Kind">What sort of refusal it is; the gateway takes the HTTP status from it.</param>
[GenerateSerializer, Immutable, Alias("pg.refusal")]
public sealed record Refusal([property: Id(0)] string Code, [property: Id(1)] string Message, [property: Id(2)] RefusalKind Kind = RefusalKind.Conflict);

/// <summary>What sort of refusal it is.</summary>
[GenerateSerializer, Alias("pg.refusal-kind")]
public enum RefusalKind
{
    /// <summary>The request itself is wrong, whatever the state (400).</summary>
    Invalid = 0,

    /// <summary>The caller may not do this (403).</summary>
    Forbidden = 1,

    /// <summary>There is no such thing (404).</summary>
    NotFound = 2,

    /// <summary>The state does not allow it (409).</summary>
    Conflict = 3,

    /// <summary>A budget or a quota is used up (409, but a code of its own family).</summary>
    Exhausted = 4,

    /// <summary>Not now; the same request may succeed later (503).</summary>
    Unavailable = 5,
}

/// <summary>Either a value or the refusal that stands in its place.</summary>
/// <typeparam name="T">What the call gives where nothing is refused.</typeparam>
/// <param name="Value">The value, or null beside a refusal.</param>
/// <param name="Refusal">The refusal, or null.</param>
[GenerateSerializer, Immutable, Alias("pg.reply`1")]
public sealed record Reply<T>([property: Id(0)] T? Value, [property: Id(1)] Refusal? Refusal)
    where T : class
{
    /// <summary>Wraps a value.</summary>
    public static implicit operator Reply<T>(T value) => new(value, null);

    /// <summary>Wraps a refusal.</summary>
    public static implicit operator Reply<T>(Refusal refusal) => new(null, refusal);
}

/// <summary>The value of a reply that has nothing to say but yes.</summary>
[GenerateSerializer, Immutable, Alias("pg.done")]
public sealed record Done
{
    /// <summary>The one instance worth having.</summary>
    public static Done Instance { get; } = new();
}
