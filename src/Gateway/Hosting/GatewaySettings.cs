namespace PrivacyGrains.Gateway.Hosting;

/// <summary>What an operator sets for a gateway; the configuration section <see cref="Section"/>.</summary>
public sealed record GatewaySettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "PrivacyGrains:Gateway";

    /// <summary>The consortium that this gateway is the door of.</summary>
    public string Consortium { get; init; } = "consortium";

    /// <summary>Addresses to listen at; with port 0, a free one.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>The certificate for addresses that begin with https; null where there are none.</summary>
    public HttpsSettings? Https { get; init; }

    /// <summary>The longest body of a request in bytes, unless its route says otherwise.</summary>
    public long MaximumBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>The longest model in bytes.</summary>
    public long MaximumModelBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The longest input of a joint inference in bytes, as JSON: the sealed shares of all sides together. A message between silos holds 100 MiB, so more does not help.</summary>
    public long MaximumInputBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>The longest upload of one kind of evaluation keys in bytes; each model's parameters set a lower limit. Passed on in pieces: the gateway holds one of them.</summary>
    public long MaximumKeyBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>The longest request to score, in bytes of ciphertexts; a message between silos holds 100 MiB, so more does not help.</summary>
    public long MaximumScoreBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Connections at once; further ones are closed.</summary>
    public int MaximumConnections { get; init; } = 2000;

    /// <summary>How long one call to a grain may take before its caller is told that it took too long.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer of encrypted scoring may take; it is waited for by calls that keep to <see cref="CallDeadline"/>.</summary>
    public TimeSpan ScoreDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For how long a key that was good is taken to be good still. A revocation made through another gateway, or an expiry, takes effect within this time.</summary>
    public TimeSpan KeyMemory { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often callers may ask.</summary>
    public RateSettings Rates { get; init; } = new();

    /// <summary>What is remembered under idempotency keys.</summary>
    public IdempotencySettings Idempotency { get; init; } = new();

    /// <summary>How often a stream without events says that it is alive.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a stream looks for news.</summary>
    public TimeSpan StreamPoll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether <c>/</c> serves the console.</summary>
    public bool Console { get; init; } = true;

    /// <summary>Reads the settings.</summary>
    /// <param name="section">The section <see cref="Section"/>; one that is not there sets nothing.</param>
    /// <returns>What is set, and defaults for the rest.</returns>
    /// <exception cref="InvalidOperationException">A setting is unknown, or its value is of another type.</exception>
    public static GatewaySettings Read(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var settings = section.Get<GatewaySettings>(static options => options.ErrorOnUnknownConfiguration = true) ?? new GatewaySettings();

        // The binder adds to a list's default, and whoever sets addresses wants those alone.
        return section.GetSection(nameof(Urls)).Get<string[]>() is { Length: > 0 } urls ? settings with { Urls = urls } : settings;
    }
}

/// <summary>How often callers may ask: token buckets, one for each credential and one for each address.</summary>
public sealed record RateSettings
{
    /// <summary>Requests in a second for one credential; 0 for no limit.</summary>
    public int CredentialPerSecond { get; init; } = 200;

    /// <summary>Requests at once for one credential.</summary>
    public int CredentialBurst { get; init; } = 400;

    /// <summary>Requests in a second from one address, with or without a key; 0 for no limit. Behind a proxy all callers share one.</summary>
    public int AddressPerSecond { get; init; } = 2000;

    /// <summary>Requests at once from one address.</summary>
    public int AddressBurst { get; init; } = 4000;

    /// <summary>Open streams for one credential.</summary>
    public int Streams { get; init; } = 16;
}

/// <summary>What is remembered under idempotency keys: in this gateway's memory only, so not over its restart and not in other gateways.</summary>
public sealed record IdempotencySettings
{
    /// <summary>Answers in all; the oldest is forgotten first.</summary>
    public int Entries { get; init; } = 10_000;

    /// <summary>The longest answer in bytes that is remembered; a longer one is not.</summary>
    public int LargestAnswer { get; init; } = 64 * 1024;

    /// <summary>For how long.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>TLS at the gateway's door.</summary>
public sealed record HttpsSettings
{
    /// <summary>PEM file with the certificate, then its chain.</summary>
    public string CertificatePath { get; init; } = "";

    /// <summary>PEM file with the unencrypted private key.</summary>
    public string KeyPath { get; init; } = "";

    /// <summary>PEM file with the authority of client certificates; null to ask for none.</summary>
    public string? ClientAuthorityPath { get; init; }

    /// <summary>Whether a caller without a client certificate is turned away. API keys are needed all the same: a certificate opens the door, a key says who comes.</summary>
    public bool RequireClientCertificate { get; init; }
}
