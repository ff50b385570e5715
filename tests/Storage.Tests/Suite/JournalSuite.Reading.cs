using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

public abstract partial class JournalSuite
{
    [RequiresFact]
    public async Task Read_AfterAVersion_GivesOnlyWhatFollows()
    {
        await Journal.AppendAsync(Stream, 0, "1", "2", "3");
        await Journal.AppendAsync(Stream, 3, "4");
        await Journal.AppendAsync(Stream, 4, "5", "6");

        Assert.Equal(["2", "3", "4", "5", "6"], await Journal.TextsAsync(Stream, 1));
        Assert.Equal(["4", "5", "6"], await Journal.TextsAsync(Stream, 3));
        Assert.Equal(["6"], await Journal.TextsAsync(Stream, 5));
        Assert.Empty(await Journal.AllAsync(Stream, 6));
        Assert.Empty(await Journal.AllAsync(Stream, 1_000_000));
        Assert.Empty(await Journal.AllAsync("unknown"));
    }

    [RequiresFact]
    public async Task Read_WhileOthersAppend_EndsWhereItBegan()
    {
        await Journal.AppendAsync(Stream, 0, "1", "2");
        var seen = new List<long>();

        await foreach (var entry in Journal.ReadAsync(Stream, 0, CancellationToken.None))
        {
            seen.Add(entry.Version);
            await Journal.AppendAsync(Stream, 1 + entry.Version, "later");
        }

        Assert.Equal([1L, 2], seen);
        Assert.Equal(4, (await Journal.AllAsync(Stream)).Count);
    }

    [RequiresFact]
    public async Task Read_ThousandsOfEntries_InOrder()
    {
        for (var i = 0; i < 4; i++)
        {
            await Journal.AppendAsync(Stream, i * 600, [.. Enumerable.Range(1, 600).Select(n => Entries.Text($"{(i * 600) + n}"))], CancellationToken.None);
        }

        Assert.Equal(Enumerable.Range(1, 2400).Select(n => $"{n}"), await Journal.TextsAsync(Stream));
        Assert.Equal(Enumerable.Range(1801, 600).Select(n => $"{n}"), await Journal.TextsAsync(Stream, 1800));
    }

    [RequiresFact]
    public async Task Read_LargePayloadsInARow_InOrder()
    {
        for (var i = 0; i < 5; i++)
        {
            await Journal.AppendAsync(Stream, i, [Entries.Bytes(3 * 1024 * 1024, (byte)i)], CancellationToken.None);
        }

        var all = await Journal.AllAsync(Stream);

        Assert.Equal([1L, 2, 3, 4, 5], all.Select(entry => entry.Version));
        Assert.All(all, entry => Assert.True(entry.Payload.Span.SequenceEqual(Entries.Bytes(3 * 1024 * 1024, (byte)(entry.Version - 1)).Payload.Span)));
    }

    [RequiresFact]
    public async Task Read_Cancelled_Ends()
    {
        await Journal.AppendAsync(Stream, 0, "1", "2");
        await Journal.AppendAsync(Stream, 2, "3");
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var entry in Journal.ReadAsync(Stream, 0, cancellation.Token))
            {
                Assert.Fail($"read version {entry.Version}");
            }
        });
    }

    [RequiresFact]
    public async Task Read_AfterReopening_GivesWhatWasWrittenAndWhen()
    {
        var clock = new FrozenClock(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(2)).AddTicks(1234567));
        await ReopenAsync(clock);
        await Journal.AppendAsync(Stream, 0, "first");
        await ReopenAsync();
        await Journal.AppendAsync(Stream, 1, "second");

        var all = await Journal.AllAsync(Stream);

        Assert.Equal(["first", "second"], await Journal.TextsAsync(Stream));
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 2, 5, 6, TimeSpan.Zero).AddTicks(1234560), all[0].RecordedAt);
        Assert.Equal(TimeSpan.Zero, all[0].RecordedAt.Offset);
    }

    [RequiresFact]
    public async Task List_ByPrefix_IsOrdinalAndComplete()
    {
        string[] names = ["a", "a/b", "a/B", "a-b", "job1/round-10", "job1/round-2", "job10/round-1", "z_1:x@y+z=~"];
        foreach (var name in names)
        {
            Assert.Equal(Appended(1), await Journal.AppendAsync(name, 0, name));
            Assert.Equal(Appended(2), await Journal.AppendAsync(name, 1, name));
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), await Journal.ListAsync(string.Empty));
        Assert.Equal(["job1/round-10", "job1/round-2"], await Journal.ListAsync("job1/"));
        Assert.Equal(["a/B", "a/b"], await Journal.ListAsync("a/"));
        Assert.Empty(await Journal.ListAsync("%"));
        Assert.Empty(await Journal.ListAsync("b"));
        Assert.Equal(["a/B", "a/B"], await Journal.TextsAsync("a/B"));
    }

    [RequiresFact]
    public async Task Names_ThatAreNone_AreRefusedByEveryMethod()
    {
        string[] odd = ["", "/", "a//b", "/a", "a/", "..", "a/../b", "./a", "a b", "a\\b", "ä", "a\0b", "a\n", "名", "a%b", "a*", new string('a', 201)];
        foreach (var name in odd)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(name, 0, "x"));
            await Assert.ThrowsAsync<ArgumentException>(() => Journal.AllAsync(name));
            await Assert.ThrowsAsync<ArgumentException>(() => Journal.ReadSnapshotAsync(name, CancellationToken.None));
            await Assert.ThrowsAsync<ArgumentException>(() => Journal.WriteSnapshotAsync(name, new JournalSnapshot(1, "t", default), CancellationToken.None));
        }

        var longest = string.Concat(Enumerable.Repeat("ab/", 66)) + "cd";
        Assert.Equal(Appended(1), await Journal.AppendAsync(longest, 0, "fits"));
        await Journal.WriteSnapshotAsync(longest, new JournalSnapshot(1, "t", default), CancellationToken.None);
        Assert.Equal([longest], await Journal.ListAsync("ab"));
    }

    private sealed class FrozenClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
    }
}
