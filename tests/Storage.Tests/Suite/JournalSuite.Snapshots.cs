using System.Text;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

public abstract partial class JournalSuite
{
    [RequiresFact]
    public async Task Snapshot_WrittenAndReopened_ComesBack()
    {
        Assert.Null(await Journal.ReadSnapshotAsync(Stream, CancellationToken.None));
        await Journal.AppendAsync(Stream, 0, "1", "2", "3");
        await Journal.WriteSnapshotAsync(Stream, Snapshot(2, "state at 2"), CancellationToken.None);
        await ReopenAsync();

        AssertSnapshot(2, "state at 2", await Journal.ReadSnapshotAsync(Stream, CancellationToken.None));
        Assert.Equal(["3"], await Journal.TextsAsync(Stream, 2));
        Assert.Equal(["1", "2", "3"], await Journal.TextsAsync(Stream));
        Assert.Null(await Journal.ReadSnapshotAsync("another", CancellationToken.None));
    }

    [RequiresFact]
    public async Task Snapshot_NewerOrSameVersion_ReplacesAndOlderDoesNot()
    {
        await Journal.AppendAsync(Stream, 0, "1", "2", "3");
        await Journal.WriteSnapshotAsync(Stream, Snapshot(2, "two"), CancellationToken.None);
        await Journal.WriteSnapshotAsync(Stream, Snapshot(1, "one"), CancellationToken.None);
        AssertSnapshot(2, "two", await Journal.ReadSnapshotAsync(Stream, CancellationToken.None));

        await Journal.WriteSnapshotAsync(Stream, Snapshot(2, "two, in a newer form"), CancellationToken.None);
        AssertSnapshot(2, "two, in a newer form", await Journal.ReadSnapshotAsync(Stream, CancellationToken.None));

        await Journal.WriteSnapshotAsync(Stream, Snapshot(3, "three"), CancellationToken.None);
        AssertSnapshot(3, "three", await Journal.ReadSnapshotAsync(Stream, CancellationToken.None));
    }

    [RequiresFact]
    public async Task Snapshot_OfWhatIsNotThere_IsRefused()
    {
        await Journal.AppendAsync(Stream, 0, "1");

        await Assert.ThrowsAsync<ArgumentException>(() => Journal.WriteSnapshotAsync(Stream, Snapshot(2, "ahead"), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.WriteSnapshotAsync(Stream, Snapshot(0, "nothing"), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.WriteSnapshotAsync("unknown", Snapshot(1, "no stream"), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.WriteSnapshotAsync(Stream, Snapshot(1, "x") with { Type = "no type" }, CancellationToken.None));

        Assert.Null(await Journal.ReadSnapshotAsync(Stream, CancellationToken.None));
    }

    [RequiresFact]
    public async Task Snapshot_SixteenMebibytesFromManyWriters_NewestStands()
    {
        await Journal.AppendAsync(Stream, 0, "1", "2", "3", "4");
        var large = Entries.Bytes(16 * 1024 * 1024).Payload;

        await Task.WhenAll(Enumerable.Range(1, 4).Select(version =>
            Journal.WriteSnapshotAsync(Stream, new JournalSnapshot(version, "t", version == 4 ? large : default), CancellationToken.None)));

        var snapshot = await Journal.ReadSnapshotAsync(Stream, CancellationToken.None);
        Assert.Equal(4, snapshot!.Value.Version);
        Assert.True(snapshot.Value.Payload.Span.SequenceEqual(large.Span));
    }

    private static JournalSnapshot Snapshot(long version, string text) => new(version, "test.state.v1", Encoding.UTF8.GetBytes(text));

    private static void AssertSnapshot(long version, string text, JournalSnapshot? snapshot)
    {
        Assert.NotNull(snapshot);
        Assert.Equal((version, "test.state.v1", text), (snapshot.Value.Version, snapshot.Value.Type, Encoding.UTF8.GetString(snapshot.Value.Payload.Span)));
    }
}
