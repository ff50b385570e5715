using PrivacyGrains.Storage.Files;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Storage.Tests;

/// <summary>The format on disk stays what it is: a log of format 1, written by an independent program, is read, and continued without a change to what it holds.</summary>
public sealed class FormatTests
{
    [Fact]
    public async Task Open_LogOfFormatOneFromElsewhere_ReadsEveryEntry()
    {
        using var folder = new TempFolder();
        var log = Convert.FromHexString(string.Concat(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", "journal", "1", "journal.log.hex"))));
        var path = Path.Combine(folder.Path, LogFile.FileName);
        await File.WriteAllBytesAsync(path, log);

        await using (var journal = FileJournal.Open(folder.Path))
        {
            Assert.Equal(["hospital-a/budget", "job/round-1"], await journal.ListAsync(string.Empty));
            var budget = await journal.AllAsync("hospital-a/budget");
            Assert.Equal(["ledger.reserved.v1", "ledger.committed.v1", "ledger.reserved.v1"], budget.Select(entry => entry.Type));
            Assert.Equal(["{\"id\":\"c1\"}", "{\"id\":\"c1\"}", string.Empty], await journal.TextsAsync("hospital-a/budget"));
            Assert.All(budget, entry => Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, 901, TimeSpan.Zero), entry.RecordedAt));
            Assert.Equal(Enumerable.Range(0, 256).Select(i => (byte)i), (await journal.AllAsync("job/round-1")).Single().Payload.ToArray());
            Assert.Equal(log, await File.ReadAllBytesAsync(path)); // nothing to heal, so nothing written

            Assert.Equal(new AppendOutcome.Appended(4), await journal.AppendAsync("hospital-a/budget", 3, "next"));
        }

        Assert.Equal(log, (await File.ReadAllBytesAsync(path))[..log.Length]);
    }
}
