using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Scoring;
using PrivacyGrains.Grains.Stock;
using PrivacyGrains.Grains.Streams;
using PrivacyGrains.Protocols;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Silo;

/// <summary>What one silo is told: whose grains it runs, where their stores and keys lie, and how it takes part in the cluster.</summary>
/// <remarks>
/// Read from the configuration section <c>PrivacyGrains</c>: a file <c>appsettings.json</c>, environment variables such as <c>PrivacyGrains__Parties__0</c>, or
/// the command line. Connection strings are secret, so <see cref="ToString"/> leaves them out.
/// </remarks>
public sealed record SiloSettings
{
    /// <summary>The configuration section's name.</summary>
    public const string Section = "PrivacyGrains";

    /// <summary>The consortium's name: 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.</summary>
    public string Consortium { get; init; } = "consortium";

    /// <summary>This silo's name in views, logs and the membership table.</summary>
    public string Name { get; init; } = "silo";

    /// <summary>The parties whose grains run here; <c>*</c> for all, as in a simulation. May be empty on a coordinator.</summary>
    public IReadOnlyList<string> Parties { get; init; } = [];

    /// <summary>Whether the consortium's book, the audit log, models and jobs run here. One silo of a cluster does.</summary>
    public bool Coordinator { get; init; }

    /// <summary>The folder of keys, of file journals and of reminders; each owner has a folder of its own below it.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Where journals are kept: <c>file</c> (in <see cref="Data"/>) or <c>postgres</c> (one database for each owner).</summary>
    public string Store { get; init; } = "file";

    /// <summary>With <c>postgres</c>: an Npgsql connection string for each owner, by party, <c>consortium</c> for the coordinator's. Secret.</summary>
    public IReadOnlyDictionary<string, string> ConnectionStrings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The silo's part in the cluster; its name, parties and reminder folder are taken from here.</summary>
    public EngineSiloOptions Engine { get; init; } = new();

    /// <summary>Where health and metrics are served; port 0 takes a free one.</summary>
    public string Http { get; init; } = "http://127.0.0.1:8081";

    /// <summary>Where peers' silos connect to for the frames of joint computations; off unless it says where to listen.</summary>
    public PartyStreamSettings Streams { get; init; } = new();

    /// <summary>On a coordinator: what stock may be laid in for plans that sessions use and no operator reserved.</summary>
    public StockSettings Stock { get; init; } = new();

    /// <summary>On a coordinator: how long clients' evaluation keys are kept, and how much encrypted scoring may take.</summary>
    public ScoringSettings Scoring { get; init; } = new();

    /// <summary>On a coordinator: what the consortium is founded with. Null where it stands already, or is founded by other means.</summary>
    public FoundingSettings? Founding { get; init; }

    /// <summary>Whose stores this process keeps: its parties, and the consortium's on a coordinator; null for everybody's.</summary>
    internal IReadOnlySet<string>? Owners =>
        Parties.Contains(EngineSiloOptions.AnyParty) ? null
        : Coordinator ? Parties.Append(IStores.ConsortiumOwner).ToHashSet(StringComparer.Ordinal)
        : Parties.ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="section">The section <see cref="Section"/>.</param>
    /// <returns>Settings that <see cref="Faults"/> finds nothing wrong with.</returns>
    /// <exception cref="SiloSettingsException">A key is unknown, a value is of another type, or a setting is wrong.</exception>
    public static SiloSettings Read(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        try
        {
            return (section.Get<SiloSettings>(options => options.ErrorOnUnknownConfiguration = true) ?? new SiloSettings()).Checked();
        }
        catch (InvalidOperationException e)
        {
            throw new SiloSettingsException([e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}"]);
        }
    }

    /// <summary>These settings, where nothing is wrong with them.</summary>
    /// <exception cref="SiloSettingsException">Something is; the message says what to change.</exception>
    public SiloSettings Checked() => Faults().ToList() is { Count: > 0 } faults ? throw new SiloSettingsException(faults) : this;

    /// <summary>What is wrong with the settings: each a sentence that names the setting and says what to change.</summary>
    public IEnumerable<string> Faults()
    {
        if (!PartyId.TryCreate(Consortium, out _))
        {
            yield return $"{Section}:Consortium is '{Consortium}': name it by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.";
        }

        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return $"{Section}:Name is empty: name the silo.";
        }

        foreach (var party in Parties.Where(p => p != EngineSiloOptions.AnyParty && !IsParty(p)))
        {
            yield return $"{Section}:Parties holds '{party}': a party is named by 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter, "
                + "and is neither 'consortium' nor 'coordinator' (set Coordinator for that).";
        }

        if (Parties.Count == 0 && !Coordinator)
        {
            yield return $"{Section}:Parties is empty and Coordinator is false: this silo would run nothing. Name a party, or set Coordinator.";
        }

        if (Parties.Distinct(StringComparer.Ordinal).Count() != Parties.Count)
        {
            yield return $"{Section}:Parties names a party twice.";
        }

        foreach (var fault in StoreFaults().Concat(EngineFaults()).Concat(Streams.Faults($"{Section}:{nameof(Streams)}")).Concat(Stock.Faults($"{Section}:{nameof(Stock)}")).Concat(Scoring.Faults($"{Section}:{nameof(Scoring)}")))
        {
            yield return fault;
        }

        if (!Uri.TryCreate(Http, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            yield return $"{Section}:Http is '{Http}': write an address such as http://127.0.0.1:8081.";
        }

        if (Founding is not null && !Coordinator)
        {
            yield return $"{Section}:Founding is set on a silo that is no coordinator: set it on the coordinator, or set Coordinator.";
        }

        if (Founding is { } founding && (string.IsNullOrEmpty(founding.OperatorCredentialId) || founding.OperatorSecretHash is not { Length: 64 }))
        {
            yield return $"{Section}:Founding needs OperatorCredentialId and OperatorSecretHash (the lower-case hex of SHA-256 over the operator's secret).";
        }
    }

    /// <summary>Names and places; no connection string.</summary>
    public override string ToString() =>
        $"silo {Name} of {Consortium}: {(Coordinator ? "coordinator, " : "")}{Parties.Count} parties ({string.Join(", ", Parties)}), {Store} store, data in {Data}";

    private static bool IsParty(string name) => PartyId.TryCreate(name, out _) && name is not (IStores.ConsortiumOwner or EngineSiloOptions.CoordinatorParty);

    private IEnumerable<string> StoreFaults()
    {
        if (string.IsNullOrWhiteSpace(Data))
        {
            yield return $"{Section}:Data is empty: name a folder for keys and journals.";
        }

        if (Store is not ("file" or "postgres"))
        {
            yield return $"{Section}:Store is '{Store}': choose file or postgres.";
        }

        if (Store == "postgres" && Owners is null)
        {
            yield return $"{Section}:Parties is '*' and Store is postgres: name the parties, for each has its own database.";
        }

        foreach (var owner in Store == "postgres" && Owners is { } owners ? owners.Where(o => !ConnectionStrings.ContainsKey(o)) : [])
        {
            yield return $"{Section}:ConnectionStrings lacks '{owner}': with Store postgres each owner needs the connection string of its own database.";
        }
    }

    private IEnumerable<string> EngineFaults()
    {
        if (!EngineInfo.SupportsClustering && (Engine.ClusteringConnectionString is not null || Engine.PrimarySilo is not null))
        {
            yield return $"{Section}:Engine names a cluster, and this build runs the {EngineInfo.Name} engine in one process. Build with -p:GrainEngine=Orleans, or remove "
                + "ClusteringConnectionString and PrimarySilo.";
        }

        if (Engine.SiloPort is < 1 or > 65535 || Engine.GatewayPort is < 0 or > 65535)
        {
            yield return $"{Section}:Engine:SiloPort is 1 to 65535, and GatewayPort is that or 0 for none.";
        }
    }
}

/// <summary>What the consortium is founded with.</summary>
public sealed record FoundingSettings
{
    /// <summary>For people.</summary>
    public string DisplayName { get; init; } = "Consortium";

    /// <summary>Public name of the operator's credential.</summary>
    public string OperatorCredentialId { get; init; } = "operator";

    /// <summary>Lower-case hex of SHA-256 over the operator's secret (256 random bits).</summary>
    public string OperatorSecretHash { get; init; } = "";
}

/// <summary>Settings that a silo cannot start with.</summary>
public sealed class SiloSettingsException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="faults">One sentence each.</param>
    public SiloSettingsException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults)) => Faults = faults;

    /// <summary>One sentence each, naming the setting and saying what to change.</summary>
    public IReadOnlyList<string> Faults { get; }
}
