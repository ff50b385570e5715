using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Storage;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Grains.Tests.Journaling;

public sealed class JournalTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestStores _stores;

    public JournalTests() => _stores = new TestStores(_folder.Path, TimeProvider.System);

    [Fact]
    public async Task Decide_SecondWriterBehindItsBack_ReadsAndDecidesAgain()
    {
        var (first, second) = (await OpenAsync(), await OpenAsync());
        Assert.Null(await first.DecideAsync(c => c.Add("a", 60)));
        Assert.Equal("counter.full", (await second.DecideAsync(c => c.Add("b", 60)))?.Code);
        Assert.Equal((60, 1L), (second.State.Sum, second.Version));
    }

    [Fact]
    public async Task Decide_SameIdByTwoWriters_IsWrittenOnce()
    {
        var (first, second) = (await OpenAsync(), await OpenAsync());
        Assert.Null(await first.DecideAsync(c => c.Add("a", 1)));
        Assert.Null(await second.DecideAsync(c => c.Add("a", 1)));
        Assert.Equal((1, 1L), ((await OpenAsync()).State.Sum, (await OpenAsync()).Version));
    }

    [Fact]
    public async Task Decide_ManyWritersAtOnce_LoseNothingAndNeverPassTheLimit()
    {
        var writers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync()));
        await Task.WhenAll(writers.Select(async (writer, w) =>
        {
            for (var i = 0; i < 10; i++)
            {
                await writer.DecideAsync(c => c.Add($"{w}-{i}", 3));
            }
        }));
        var journal = await OpenAsync();
        Assert.Equal((99, 33L), (journal.State.Sum, journal.Version));
    }

    [Fact]
    public async Task Append_ThatFailsBeforeWriting_ChangesNothing_AndTheNextOneWorks()
    {
        var journal = await OpenAsync();
        _stores.BeforeAppend = static _ => throw new IOException("disk");
        await Assert.ThrowsAsync<IOException>(() => journal.DecideAsync(c => c.Add("a", 1)));
        Assert.Equal(0, journal.State.Sum);
        _stores.BeforeAppend = static _ => Task.CompletedTask;
        Assert.Null(await journal.DecideAsync(c => c.Add("a", 1)));
        Assert.Equal(1, journal.State.Sum);
    }

    [Fact]
    public async Task Append_WhoseAnswerIsLost_IsFoundBeforeTheNextDecision()
    {
        var journal = await OpenAsync();
        _stores.AfterAppend = static _ => throw new IOException("connection lost");
        await Assert.ThrowsAsync<IOException>(() => journal.DecideAsync(c => c.Add("a", 1)));
        _stores.AfterAppend = static _ => Task.CompletedTask;
        Assert.Equal(1, (await journal.ReadAsync()).Sum);
        Assert.Null(await journal.DecideAsync(c => c.Add("a", 1)));
        Assert.Equal((1, 1L), (journal.State.Sum, journal.Version));
    }

    [Fact]
    public async Task Open_UnknownEntryType_IsRefusedByItsName()
    {
        var store = await _stores.OpenAsync("consortium", CancellationToken.None);
        await store.AppendAsync("counter", 0, [new JournalEntry("counter.squared.v9", "{}"u8.ToArray())], CancellationToken.None);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync());
        Assert.Contains("counter.squared.v9", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"Id\":\"a\",\"Amount\":\"many\"}")]
    [InlineData("null")]
    [InlineData("{")]
    public async Task Open_EntryThatCannotBeRead_IsRefusedByItsName(string json)
    {
        var store = await _stores.OpenAsync("consortium", CancellationToken.None);
        await store.AppendAsync("counter", 0, [new JournalEntry("counter.added.v1", System.Text.Encoding.UTF8.GetBytes(json))], CancellationToken.None);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync());
        Assert.Contains("counter.added.v1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshot_EveryFourEntries_IsReadWithTheEntriesAfterIt_AndAnUnknownFormIsNot()
    {
        var journal = await OpenAsync(Counter.WithSnapshots());
        for (var i = 1; i <= 6; i++)
        {
            Assert.Null(await journal.DecideAsync(c => c.Add($"{i}", i)));
        }

        var store = await _stores.OpenAsync("consortium", CancellationToken.None);
        Assert.Equal(4, (await store.ReadSnapshotAsync("counter", CancellationToken.None))?.Version);
        foreach (var shape in new[] { Counter.WithSnapshots(), Counter.WithSnapshots("counter.sum.v2"), Counter.Shape })
        {
            var again = await OpenAsync(shape);
            Assert.Equal((21, 6L, 6), (again.State.Sum, again.Version, again.State.Ids.Count));
        }
    }

    [Fact]
    public void Encode_ClassWithoutAName_IsTheAuthorsMistake()
    {
        var codec = new JournalCodec<CounterEntry>().With("counter.added.v1", CounterJson.Default.Added);
        Assert.Throws<ArgumentException>(() => codec.Encode(new Reset()));
    }

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<Journal<Counter, CounterEntry>> OpenAsync(JournalShape<Counter, CounterEntry>? shape = null) =>
        await Journal<Counter, CounterEntry>.OpenAsync(await _stores.OpenAsync("consortium", CancellationToken.None), "counter", shape ?? Counter.Shape, CancellationToken.None);
}
