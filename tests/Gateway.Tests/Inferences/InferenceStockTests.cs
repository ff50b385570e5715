using System.Collections.Immutable;
using PrivacyGrains.Grains;
using PrivacyGrains.Gateway.Tests.Hosting;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>Sessions that find their correlations in the sides' stock, or do not.</summary>
public sealed class InferenceStockTests(InferenceWorld world) : IClassFixture<InferenceWorld>
{
    private IStockKeeperGrain Keeper => world.Consortium.Cluster.Grains.GetGrain<IStockKeeperGrain>(TestConsortium.Name);

    [Fact]
    public async Task Session_OfARegisteredPlan_TakesALot_AndTheSameLotServesNoOther()
    {
        await ReadyAsync(2);
        var (first, second) = (NewSession(), NewSession());
        await RunAsync(world, first);
        await RunAsync(world, second);
        var (one, two) = (await SourceAsync(world, first), await SourceAsync(world, second));
        Assert.StartsWith("lot.", one, StringComparison.Ordinal);
        Assert.StartsWith("lot.", two, StringComparison.Ordinal);
        Assert.NotEqual(one, two);
    }

    [Fact]
    public async Task Session_WhoseLotOneSideLacks_IsDealtForLive()
    {
        await ReadyAsync(1);
        var epoch = (await world.Consortium.Cluster.Grains.GetGrain<IConsortiumGrain>(TestConsortium.Name).GetAsync()).Value!.Epoch;
        var stock = Path.Combine(world.Consortium.FolderOf("h-2"), "stock", $"{epoch}");
        foreach (var file in Directory.EnumerateFiles(stock))
        {
            File.Delete(file);
        }

        var session = NewSession();
        await RunAsync(world, session);
        Assert.Equal("dealt for this session", await SourceAsync(world, session));
    }

    internal static async Task RunAsync(InferenceWorld world, string session)
    {
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question());
        await world.ProvideAllAsync(session);
        var answer = await asker.Inference.ReceiveAsync(ask);
        Assert.All(answer.Values.Zip(Clear()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.Pow(2, -10)));
    }

    internal static async Task<string> SourceAsync(InferenceWorld world, string session)
    {
        var entries = await world.Consortium.Cluster.Grains.GetGrain<IAuditLogGrain>(TestConsortium.Name).ReadAsync(0, 10_000);
        var line = Assert.Single(entries, entry => entry.Json.Contains("inference.correlations", StringComparison.Ordinal) && entry.Json.Contains($"\"{session}\"", StringComparison.Ordinal)).Json;
        using var json = System.Text.Json.JsonDocument.Parse(line);
        return json.RootElement.GetProperty("detail").GetString()!.Replace(" of the sides' stock", string.Empty, StringComparison.Ordinal);
    }

    private async Task ReadyAsync(int lots)
    {
        var question = Question();
        ImmutableArray<string> compute = [.. question.ComputeParties];
        Assert.Null((await Keeper.ReserveAsync(new StockReserve("scores", question.Plan.ToBytes(), compute, question.Dealer, lots))).Refusal);
        await UntilReadyAsync(Keeper, lots, "operator");
    }

    internal static async Task UntilReadyAsync(IStockKeeperGrain keeper, int lots, string keptBy)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while ((await keeper.ListAsync()) is not [var view] || view.Ready < lots || view.KeptBy != keptBy)
        {
            Assert.False(patience.IsCancellationRequested, "no stock came");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }
}
