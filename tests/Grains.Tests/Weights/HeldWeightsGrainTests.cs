using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Grains.Tests.Stock;
using PrivacyGrains.Grains.Weights;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Weights;

/// <summary>An owner's terms are kept over activations, crashes and restored copies: no session more than it allows.</summary>
public class HeldWeightsGrainTests
{
    private const string Party = "h-1";

    [Fact]
    public async Task TwoActivations_OfOneParty_AllowNoSessionMoreThanTheOwner()
    {
        await using var world = await StockWorld.StartAsync();
        await using var second = await world.SecondClusterAsync(world.Consortium.Stores);
        await KeepAsync(world, sessions: 5);
        var replies = new List<Reply<HeldWeightsView>>();
        for (var i = 0; i < 6; i++)
        {
            replies.AddRange(await Task.WhenAll(Held(world).UseAsync(Use($"s-{i}")), Held(world, second).UseAsync(Use($"t-{i}"))));
        }

        Assert.Equal(5, replies.Count(reply => reply.Value is not null));
        Assert.All(replies.Where(reply => reply.Refusal is not null), reply => Assert.Contains(reply.Refusal!.Code, (string[])["inference.weights-used-up", "inference.weights-rolled-back"]));
    }

    [KillFact]
    public async Task Use_KilledAtEachAwait_CountsWhatItAllowed()
    {
        await using var world = await StockWorld.StartAsync();
        await KeepAsync(world, sessions: 1000);
        var (allowed, crashes) = (0, 0);
        for (var turns = 1; turns < 40; turns += 1 + (turns / 6))
        {
            await world.Consortium.Cluster.DeactivateAsync(Held(world));
            world.Consortium.Cluster.KillAfterTurns(Held(world), turns);
            for (var attempt = 0; attempt < 3; attempt++)
            {
                try
                {
                    allowed += (await Held(world).UseAsync(Use($"s-{turns}-{attempt}"))).Value is null ? 0 : 1;
                }
                catch (OrleansException)
                {
                    crashes++;
                }
            }

            await world.Consortium.Cluster.KillActivationAsync(Held(world));
            Assert.InRange(Value(await Held(world).GetAsync("lenet-1")).Used, allowed, allowed + crashes);
        }

        Assert.True(crashes >= 5, $"{crashes} crashes");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Use_WhoseAppendFails_AllowsNothing_AndCountsAtMostOnce(bool afterWriting)
    {
        await using var world = await StockWorld.StartAsync();
        await KeepAsync(world, sessions: 1);
        Task FailAsync(string name) => name.StartsWith($"{Party}/weights/", StringComparison.Ordinal) ? Task.FromException(new IOException("no disk")) : Task.CompletedTask;
        (world.Consortium.Stores.BeforeAppend, world.Consortium.Stores.AfterAppend) = afterWriting ? (world.Consortium.Stores.BeforeAppend, FailAsync) : ((Func<string, Task>)FailAsync, world.Consortium.Stores.AfterAppend);
        await Assert.ThrowsAnyAsync<IOException>(() => Held(world).UseAsync(Use("s-1")));
        (world.Consortium.Stores.BeforeAppend, world.Consortium.Stores.AfterAppend) = (static _ => Task.CompletedTask, static _ => Task.CompletedTask);
        Assert.Equal(afterWriting ? "inference.weights-used-up" : null, Code(await Held(world).UseAsync(Use("s-2"))));
    }

    [Fact]
    public async Task RestoredCopy_ThatHasForgottenSessions_AllowsNone_UntilANewEpochBegins()
    {
        await using var world = await StockWorld.StartAsync();
        await KeepAsync(world, sessions: 2);
        var (home, backup) = (Path.Combine(world.Consortium.Folder, Party), Path.Combine(world.Consortium.Folder, "backup"));
        await world.Consortium.Cluster.DeactivateAllAsync();
        await world.Consortium.Stores.TamperAsync(Party, _ => OnceRules.Copy(home, backup));
        Value(await Held(world).UseAsync(Use("s-1")));
        Value(await Held(world).UseAsync(Use("s-2")));

        await world.Consortium.Cluster.DeactivateAllAsync();
        await world.Consortium.Stores.TamperAsync(Party, _ =>
        {
            Directory.Delete(home, recursive: true);
            OnceRules.Copy(backup, home);
        });
        Assert.Equal("inference.weights-rolled-back", Code(await Held(world).CheckAsync(Use("s-3"))));
        Assert.Equal("inference.weights-rolled-back", Code(await Held(world).UseAsync(Use("s-3"))));
    }

    [Fact]
    public async Task File_ThatNoJournalHolds_IsErasedByTheNextActivation()
    {
        await using var world = await StockWorld.StartAsync();
        await KeepAsync(world, sessions: 2);
        var files = new WeightFiles(world.Consortium.Folder);
        files.Write(Party, 1, HeldWeightsBookTests.Kept.MaskDigest, [1, 2, 3]);
        files.Write(Party, 1, new string('0', 64), [4, 5, 6]);
        await world.Consortium.Cluster.DeactivateAllAsync();
        Value(await Held(world).GetAsync("lenet-1"));
        Assert.Equal([1, 2, 3], files.Read(Party, 1, HeldWeightsBookTests.Kept.MaskDigest));
        Assert.Null(files.Read(Party, 1, new string('0', 64)));
        Assert.Contains("weights.kept", await world.Consortium.AuditKindsAsync("lenet-1"));
    }

    private static async Task KeepAsync(StockWorld world, long sessions) => Value(await Held(world).KeepAsync(
        HeldWeightsBookTests.Kept with { Terms = HeldWeightsBookTests.Kept.Terms with { Sessions = sessions, Until = 4_000_000_000 } }));

    private static WeightsUse Use(string session) => HeldWeightsBookTests.Use(session);

    private static IHeldWeightsGrain Held(StockWorld world, GrainTestCluster? cluster = null) => (cluster ?? world.Consortium.Cluster).Grains.GetGrain<IHeldWeightsGrain>($"{Party}/1");
}
