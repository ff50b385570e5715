using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Grains.Stock;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>Hospitals that score patients together: two have the features, one has the model and asks, one deals.</summary>
public class InferenceWorld : IAsyncLifetime
{
    public const string Asker = "clinic";
    public const string Dealer = "dealer";
    public static readonly double[] LeftFeatures = [0.5, -1.25, 2, 1, 0, -0.75];
    public static readonly double[] RightFeatures = [3.5, -4, 0.125];
    public static readonly double[] Weights = [0.75, -1.5, 0.5, /* bias */ -0.25];
    private static int s_sessions;

    public TestConsortium Consortium { get; private set; } = null!;

    /// <summary>What the silo gets beside the grains' own services.</summary>
    protected virtual Action<IServiceCollection>? More => null;

    /// <summary>The grains' clock; null for the machine's.</summary>
    protected virtual TimeProvider? Clock => null;

    /// <summary>Most tests are about sessions that the dealer deals for: stock is laid in where it is reserved.</summary>
    protected virtual StockSettings Stock { get; } = new() { ByItself = false };

    public async Task InitializeAsync()
    {
        Consortium = await TestConsortium.StartAsync(null, Clock, services => (More ?? (static _ => { })).Invoke(services.AddSingleton(Stock)), "h-1", "h-2", "h-3", Asker, Dealer);
        foreach (var party in (string[])["h-1", "h-2", "h-3"])
        {
            using var client = Consortium.As(party);
            await client.Budgets.OpenAsync(party, "records", new BudgetTermsBody(3, 1e-6, "add-remove", "patient-record", new Dictionary<string, long> { ["scores"] = 300, ["few"] = 2 }));
        }
    }

    public virtual Task DisposeAsync() => Consortium.DisposeAsync().AsTask();

    public static string NewSession() => $"scores-{Interlocked.Increment(ref s_sessions)}";

    /// <summary>Three records of three features, two columns of one party and one of the other, through a logistic model.</summary>
    public static InferenceQuestion Question(int parties = 2, string quota = "scores", double timeoutSeconds = 30) => new(
        InferencePlan.Create(SharingScheme.Additive(parties), 3, 3, [PlanLayer.Dense(1, true, 8, 8), PlanLayer.Sigmoid], 16, 8),
        [.. Enumerable.Range(1, parties).Select(i => $"h-{i}")],
        Dealer,
        [new InputSlotBody("features.0", "h-1", ["a", "b"], true), new InputSlotBody("features.1", "h-2", ["c"], true), new InputSlotBody("weights", Asker, [], false)],
        quota,
        "records",
        timeoutSeconds);

    public static double[] Clear()
    {
        var scores = new double[3];
        for (var i = 0; i < 3; i++)
        {
            var z = (LeftFeatures[2 * i] * Weights[0]) + (LeftFeatures[(2 * i) + 1] * Weights[1]) + (RightFeatures[i] * Weights[2]) + Weights[3];
            scores[i] = 1 / (1 + Math.Exp(-z));
        }

        return scores;
    }

    public Part Of(string party)
    {
        var client = Consortium.As(party);
        return new Part(client, new JointInference(PartyFolder.Open(Consortium.FolderOf(party)), client));
    }

    public async Task<InferenceBody> ProvideAsync(string party, string session, string slot, double[] values)
    {
        using var part = Of(party);
        return await part.Inference.ProvideAsync(session, slot, values);
    }

    public async Task ProvideAllAsync(string session)
    {
        await ProvideAsync("h-1", session, "features.0", LeftFeatures);
        await ProvideAsync("h-2", session, "features.1", RightFeatures);
        await ProvideAsync(Asker, session, "weights", Weights);
    }

    /// <summary>A whole new session ends in scores that are the clear ones.</summary>
    public async Task WorksAsync()
    {
        var session = NewSession();
        using var asker = Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await ProvideAllAsync(session);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
    }

    /// <summary>A party's client and its part in inferences.</summary>
    public sealed record Part(GatewayClient Client, JointInference Inference) : IDisposable
    {
        public void Dispose() => Client.Dispose();
    }
}
