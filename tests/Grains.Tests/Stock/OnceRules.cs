using PrivacyGrains.Grains.Tests.Hosting;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Stock;

/// <summary>What must hold of a lot whatever the journals lie in: it is given out once.</summary>
internal static class OnceRules
{
    /// <summary>Two activations of one stock, each with its own connection to the same journal, are asked for the same lot at once.</summary>
    public static async Task TwoActivationsAsync(StockWorld world, TestStores stores, int rounds)
    {
        await using var second = await world.SecondClusterAsync(stores);
        for (var round = 0; round < rounds; round++)
        {
            var lot = await world.DealAsync();
            await second.DeactivateAsync(world.Stock("h-1", second));
            Assert.Contains(lot, Value(await world.Stock("h-1", second).HeldAsync(world.Pool)).Lots); // an activation of its own, which holds the lot too
            var replies = await Task.WhenAll(world.Stock("h-1").TakeAsync(world.Pool, lot, $"s-{round}"), world.Stock("h-1", second).TakeAsync(world.Pool, lot, $"t-{round}"));
            Assert.True(replies.Count(reply => reply.Value is not null) <= 1, "two sessions have one lot");
            Assert.Contains(replies, reply => reply.Value is not null);
            Assert.All(replies.Where(reply => reply.Refusal is not null), reply => Assert.Contains(reply.Refusal!.Code, (string[])["stock.lot-gone", "stock.lot-lost"]));
        }
    }

    /// <summary>An activation is killed after so many turns of its work, then asked again.</summary>
    /// <param name="world">Where.</param>
    /// <param name="step">How many turns later the next one is killed.</param>
    public static async Task KilledAtEachAwaitAsync(StockWorld world, Func<int, int> step)
    {
        var crashes = 0;
        for (var turns = 1; turns < 90; turns += step(turns))
        {
            var lot = await world.DealAsync();
            await world.Consortium.Cluster.DeactivateAsync(world.Stock("h-1"));
            world.Consortium.Cluster.KillAfterTurns(world.Stock("h-1"), turns);
            var (answers, attempt, refusal) = (0, 0, default(string));
            await StockWorld.UntilAsync(async () =>
            {
                try
                {
                    var reply = await world.Stock("h-1").TakeAsync(world.Pool, lot, $"s-{turns}-{attempt++}");
                    (answers, refusal) = (answers + (reply.Value is null ? 0 : 1), Code(reply));
                }
                catch (OrleansException)
                {
                    crashes++;
                }

                return refusal is "stock.lot-gone" or "stock.lot-lost"; // not stock.unconfirmed: an activation that has not reached the audit log yet gives nothing out
            });
            Assert.True(answers <= 1, $"{answers} sessions have {lot}");
            await world.Consortium.Cluster.KillActivationAsync(world.Stock("h-1"));
            await StockWorld.UntilAsync(async () => (await world.Stock("h-1").HeldAsync(world.Pool)).Value is { } held && !held.Lots.Contains(lot));
            Assert.DoesNotContain(lot, world.FilesOf("h-1"));
        }

        Assert.True(crashes >= 8, $"{crashes} crashes");
    }

    /// <summary>The append that gives the lot out fails, before or after it was made durable.</summary>
    public static async Task AppendFailsAsync(StockWorld world, bool afterWriting)
    {
        var lot = await world.DealAsync();
        Fail(world, afterWriting, "h-1/stock/");
        await Assert.ThrowsAnyAsync<IOException>(() => world.Stock("h-1").TakeAsync(world.Pool, lot, "s-1"));
        Fail(world, afterWriting, null);

        var again = await world.Stock("h-1").TakeAsync(world.Pool, lot, "s-2");
        Assert.Equal(afterWriting ? "stock.lot-gone" : null, Code(again));
    }

    /// <summary>Copies a folder with all below it.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }

    private static void Fail(StockWorld world, bool afterWriting, string? stream)
    {
        Task HookAsync(string name) => stream is not null && name.StartsWith(stream, StringComparison.Ordinal) ? Task.FromException(new IOException("no disk")) : Task.CompletedTask;
        world.Consortium.Stores.BeforeAppend = afterWriting ? static _ => Task.CompletedTask : HookAsync;
        world.Consortium.Stores.AfterAppend = afterWriting ? HookAsync : static _ => Task.CompletedTask;
    }
}
