using PrivacyGrains.Client.Audit;
using PrivacyGrains.Client.Budgets;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Client.Models;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Client.Queries;
using PrivacyGrains.Client.Rounds;
using PrivacyGrains.Client.Scoring;
using PrivacyGrains.Client.Stock;
using PrivacyGrains.Client.Trainings;

namespace PrivacyGrains.Client;

/// <summary>All rooms of one gateway, as one caller.</summary>
public sealed class GatewayClient : IDisposable
{
    /// <summary>Opens nothing yet: the first call does.</summary>
    /// <param name="options">Where the gateway is, and the API key.</param>
    /// <param name="clock">For deadlines and waits; null for the machine's.</param>
    /// <param name="handler">What sends; null for sockets. A given one is not disposed.</param>
    /// <exception cref="Errors.GatewayException"><c>gateway.insecure</c>: the key would travel over plain HTTP to another machine.</exception>
    public GatewayClient(GatewayOptions options, TimeProvider? clock = null, HttpMessageHandler? handler = null)
    {
        Connection = new GatewayConnection(options, clock, handler);
        Parties = new PartiesClient(Connection);
        Keys = new KeysClient(Connection);
        Budgets = new BudgetsClient(Connection);
        Models = new ModelsClient(Connection);
        EncryptedModels = new EncryptedModelsClient(Connection);
        Inferences = new InferencesClient(Connection);
        Stock = new StockClient(Connection);
        Audit = new AuditClient(Connection);
        Rounds = new RoundsClient(Connection);
        Trainings = new TrainingsClient(Connection);
        Queries = new QueriesClient(Connection);
    }

    /// <summary>What all rooms send through.</summary>
    public GatewayConnection Connection { get; }

    /// <summary>The consortium and its members.</summary>
    public PartiesClient Parties { get; }

    /// <summary>API keys.</summary>
    public KeysClient Keys { get; }

    /// <summary>Privacy budgets.</summary>
    public BudgetsClient Budgets { get; }

    /// <summary>Models.</summary>
    public ModelsClient Models { get; }

    /// <summary>Models that score encrypted rows.</summary>
    public EncryptedModelsClient EncryptedModels { get; }

    /// <summary>Joint inferences.</summary>
    public InferencesClient Inferences { get; }

    /// <summary>Correlations that are dealt ahead.</summary>
    public StockClient Stock { get; }

    /// <summary>The audit log.</summary>
    public AuditClient Audit { get; }

    /// <summary>Secure-aggregation rounds, and a party's board of work.</summary>
    public RoundsClient Rounds { get; }

    /// <summary>Training jobs.</summary>
    public TrainingsClient Trainings { get; }

    /// <summary>Statistics queries.</summary>
    public QueriesClient Queries { get; }

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();
}
