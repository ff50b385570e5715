namespace PrivacyGrains.Client.Http;

/// <summary>Where the gateway is and how patient the client is.</summary>
public sealed record GatewayOptions
{
    /// <summary>The gateway's address, as <c>https://consortium.example</c>; a path is kept as a prefix.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>The API key; null for the calls that need none. Secret.</summary>
    public string? ApiKey { get; init; }

    /// <summary>How long one attempt may take. More than the gateway's own 10 s, so that its answer is heard.</summary>
    public TimeSpan AttemptDeadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a repeatable request is tried in all; 1 to 10.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The wait after the first failure; it doubles, up to <see cref="LongestWait"/>.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>No wait is longer, whatever <c>Retry-After</c> says.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether an API key may travel over plain HTTP to another machine. Only where the network between is trusted.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>The shape only: the key is secret.</summary>
    public override string ToString() => $"GatewayOptions({BaseAddress})";
}
