using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

public abstract partial class JournalSuite
{
    [RequiresFact]
    public async Task Append_ToNewStream_BeginsAtVersionOne()
    {
        Assert.Equal(Appended(1), await Journal.AppendAsync(Stream, 0, "first"));
        Assert.Equal(Appended(3), await Journal.AppendAsync(Stream, 1, "second", "third"));

        var all = await Journal.AllAsync(Stream);

        Assert.Equal([1L, 2, 3], all.Select(entry => entry.Version));
        Assert.Equal(["first", "second", "third"], await Journal.TextsAsync(Stream));
        Assert.All(all, entry => Assert.Equal("test.text.v1", entry.Type));
    }

    [RequiresFact]
    public async Task Append_AnotherVersionThanTheLast_IsAConflictAndWritesNothing()
    {
        await Journal.AppendAsync(Stream, 0, "first", "second");

        Assert.Equal(Conflict(2), await Journal.AppendAsync(Stream, 0, "stale"));
        Assert.Equal(Conflict(2), await Journal.AppendAsync(Stream, 1, "stale", "stale"));
        Assert.Equal(Conflict(2), await Journal.AppendAsync(Stream, 3, "gap"));
        Assert.Equal(Conflict(0), await Journal.AppendAsync("hospital-b/budget", 1, "no such stream"));

        Assert.Equal(["first", "second"], await Journal.TextsAsync(Stream));
        Assert.Equal([Stream], await Journal.ListAsync(string.Empty));
    }

    [RequiresFact]
    public async Task Append_SeveralEntriesAgainstARival_IsWholeOrAbsent()
    {
        // Each contender writes three entries at once: no version may come from another contender than its neighbours.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => Journal.AppendAsync(Stream, 0, $"{i}", $"{i}", $"{i}"))));

        Assert.Single(outcomes, Appended(3));
        Assert.Equal(11, outcomes.Count(outcome => outcome == Conflict(3)));
        Assert.Single((await Journal.TextsAsync(Stream)).Distinct());
        Assert.Equal(3, (await Journal.AllAsync(Stream)).Count);
    }

    [RequiresFact]
    public async Task Append_ManyWritersWhoReload_EachEntryOnceWithoutGaps()
    {
        const int Writers = 8, Each = 12;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            long known = 0;
            for (var i = 0; i < Each;)
            {
                switch (await Journal.AppendAsync(Stream, known, $"{writer}:{i}"))
                {
                    case AppendOutcome.Appended appended:
                        known = appended.NewVersion;
                        i++;
                        break;
                    case AppendOutcome.Conflict conflict:
                        Assert.True(conflict.ActualVersion > known);
                        known = conflict.ActualVersion;
                        break;
                }
            }
        })));

        var all = await Journal.AllAsync(Stream);
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(i => (long)i), all.Select(entry => entry.Version));
        Assert.Equal(Writers * Each, (await Journal.TextsAsync(Stream)).Distinct().Count());
    }

    [RequiresFact]
    public async Task Append_ManyStreamsAtOnce_StaysWithinEach()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            for (var version = 0; version < 5; version++)
            {
                Assert.Equal(Appended(version + 1), await Journal.AppendAsync($"job/round-{i:000}", version, $"{i}/{version}"));
            }
        })));

        await ReopenAsync();
        Assert.Equal(40, (await Journal.ListAsync("job/")).Count);
        Assert.Equal(["17/0", "17/1", "17/2", "17/3", "17/4"], await Journal.TextsAsync("job/round-017"));
    }

    [RequiresFact]
    public async Task Append_SixteenMebibytes_ComesBackTheSame()
    {
        var large = Entries.Bytes(16 * 1024 * 1024);
        await Journal.AppendAsync(Stream, 0, [Entries.Text("before"), large, Entries.Bytes(0)], CancellationToken.None);

        await ReopenAsync();
        var all = await Journal.AllAsync(Stream);

        Assert.Equal(3, all.Count);
        Assert.True(all[1].Payload.Span.SequenceEqual(large.Payload.Span));
        Assert.Equal(0, all[2].Payload.Length);
    }

    [RequiresFact]
    public async Task Append_CancelledBeforehand_WritesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Journal.AppendAsync(Stream, 0, [Entries.Text("never")], new CancellationToken(canceled: true)));

        Assert.Empty(await Journal.AllAsync(Stream));
        Assert.Equal(Appended(1), await Journal.AppendAsync(Stream, 0, "first"));
    }

    [RequiresFact]
    public async Task Append_CancelledMeanwhile_IsEitherAcknowledgedOrAbsent()
    {
        var version = 0L;
        for (var i = 0; i < 40; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var appending = Journal.AppendAsync(Stream, version, [Entries.Text($"{i}")], cancellation.Token);
            await cancellation.CancelAsync();
            try
            {
                version = Assert.IsType<AppendOutcome.Appended>(await appending).NewVersion;
            }
            catch (OperationCanceledException)
            {
                // nothing was written: the version stands, and the next append would show it if it did not
            }
        }

        Assert.Equal(version, (await Journal.AllAsync(Stream)).Count);
    }

    [RequiresFact]
    public async Task Append_WhatIsNoAppend_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(Stream, 0, [], CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Journal.AppendAsync(Stream, -1, "negative"));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(Stream, 0, [Entries.Text("x", "type with spaces")], CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(Stream, 0, [Entries.Text("x", string.Empty)], CancellationToken.None));
        var tooLarge = new JournalEntry("test.bytes.v1", new byte[JournalEntry.MaxPayloadLength + 1]);
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(Stream, 0, [tooLarge], CancellationToken.None));

        Assert.Empty(await Journal.ListAsync(string.Empty));
    }
}
