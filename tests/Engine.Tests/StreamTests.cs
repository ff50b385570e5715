using PrivacyGrains.Engine.Tests.Grains;

namespace PrivacyGrains.Engine.Tests;

public sealed class StreamTests : EngineTest
{
    [Fact]
    public async Task Stream_ReadToItsEnd_YieldsEveryElementInOrderAndCloses()
    {
        var seen = new List<int>();
        await foreach (var i in Grain<IStreamGrain>().CountAsync(250, 0, 0).WithBatchSize(16))
            seen.Add(i);

        Assert.Equal(Enumerable.Range(1, 250), seen);
        await Probe.Reached("stream closed");
    }

    [Fact]
    public async Task Stream_ReadTwice_StartsAnew()
    {
        var stream = Grain<IStreamGrain>().CountAsync(3, 0, 0);

        Assert.Equal(6, await stream.SumAsync());
        Assert.Equal(6, await stream.SumAsync());
    }

    [Fact]
    public async Task Stream_ThatWaits_LetsCallsOfItsGrainRun()
    {
        await using var reader = Grain<IStreamGrain>().CountAsync(2, wait: 2, 0).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        var next = reader.MoveNextAsync();
        await Probe.Reached("waiting");
        await Grain<IStreamGrain>().CallAsync();
        Assert.False(next.IsCompleted);
        Probe.Open("stream");

        Assert.True(await next);
        Assert.Equal(2, reader.Current);
    }

    [Fact]
    public async Task Stream_ThatThrows_ThrowsAtTheReaderAfterTheElementsBefore()
    {
        var seen = new List<int>();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var i in Grain<IStreamGrain>().CountAsync(5, 0, fail: 3).WithBatchSize(1))
                seen.Add(i);
        });

        Assert.Equal("no element 3", failure.Message);
        Assert.Equal([1, 2], seen);
        await Probe.Reached("stream closed");
    }

    [Fact]
    public async Task Stream_LeftEarly_ClosesAtTheProducer()
    {
        await foreach (var i in Grain<IStreamGrain>().CountAsync(1000, 0, 0).WithBatchSize(1))
        {
            if (i == 3)
                break;
        }

        await Probe.Reached("stream closed");
    }

    [Fact]
    public async Task Stream_Cancelled_EndsTheWaitAndClosesAtTheProducer()
    {
        using var source = new CancellationTokenSource();
        await using var reader = Grain<IStreamGrain>().CountAsync(2, wait: 1, 0, source.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = reader.MoveNextAsync().AsTask();
        await Probe.Reached("waiting");
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await Probe.Reached("stream closed");
    }

    [Fact]
    public async Task Stream_WhoseActivationHasEnded_IsAborted()
    {
        var grain = Grain<IStreamGrain>();
        await using var reader = grain.CountAsync(5, 0, 0).WithBatchSize(1).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        await Cluster.DeactivateAsync(grain);

        await Assert.ThrowsAsync<EnumerationAbortedException>(() => reader.MoveNextAsync().AsTask());
    }
}
