using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Grains;
using PrivacyGrains.Learning.Onnx;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols.Sharing;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceStockTests;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>A model whose weights the compute parties hold is registered for inference: its stock is there before the first session.</summary>
public sealed class HeldStockTests(OwnStockWorld world) : IClassFixture<OwnStockWorld>
{
    private static readonly OnnxNetwork Network = new(3, [new DenseNetworkLayer(3, 2, [0.5, -0.25, 0.75, 1, -1, 0.125], [0.1, -0.1]), new FunctionNetworkLayer(NetworkFunction.Relu)]);

    private static readonly double[][] Records = [[0.5, -0.25, 0.5], [1, 1, -1], [0, -0.75, 0.125]];

    [Fact]
    public async Task FirstSession_OverHeldWeights_TakesALot_AndAWithdrawalThrowsTheOthersAway()
    {
        var keeper = world.Consortium.Cluster.Grains.GetGrain<IStockKeeperGrain>(TestConsortium.Name);
        var (name, session) = (NewSession(), NewSession());
        using var owner = world.Of(Asker);
        var options = new ConsortiumInferenceOptions { ComputeParties = ["h-1", "h-2"], Dealer = Dealer, TimeoutSeconds = 30 };
        var (model, _, _) = await new HeldInference(Asker, owner.Inference, owner.Client).OpenAsync(
            name, Network, SharingScheme.Additive(2), Records.Length, 1, new WeightTermsBody(["h-3"], 5, 4_000_000_000), options);
        await UntilReadyAsync(keeper, 1, "itself");

        using var asker = world.Of("h-3");
        var result = await new HeldInference("h-3", asker.Inference, asker.Client).RunAsync(model, Records, new ConsortiumInferenceOptions { SessionPrefix = session, TimeoutSeconds = 30 });
        double[][] clear = [.. Records.Select(x => new[] { Math.Max(0, (0.5 * x[0]) + (0.75 * x[1]) - x[2] + 0.1), Math.Max(0, (-0.25 * x[0]) + x[1] + (0.125 * x[2]) - 0.1) })];
        Assert.All(result.Outputs.Zip(clear), pair => Assert.All(pair.First.Zip(pair.Second), each => Assert.InRange(each.First - each.Second, -0.001, 0.001)));
        Assert.StartsWith("lot.", await SourceAsync(world, session + ".1"), StringComparison.Ordinal);

        await UntilReadyAsync(keeper, 1, "itself"); // refilled
        await owner.Client.Inferences.WithdrawAsync(name);
        Assert.Empty(await keeper.ListAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (Directory.EnumerateFiles(Path.Combine(world.Consortium.FolderOf("h-1"), "stock", $"{model.Epoch}")).Any())
        {
            Assert.False(patience.IsCancellationRequested, "lots stayed");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }
}
