using System.Globalization;

namespace PrivacyGrains.Storage.Tests;

/// <summary>The process that the crash tests kill: appends in a loop and prints the stream's version after each acknowledgement.</summary>
/// <remarks>
/// It first checks all that earlier writers left, prints <c>ready N</c>, and then appends one to three entries at a time. Paced, it waits for a line of input before each append,
/// so that it can be killed while it does nothing.
/// </remarks>
internal static class CrashWriter
{
    public const string Stream = "crash/stream";

    public static async Task<int> RunAsync(string journal, string place, bool isPaced)
    {
        var store = journal == "file"
            ? (IJournal)FileJournal.Open(place)
            : await PostgresJournal.OpenAsync(place, "hospital-a", clock: null, CancellationToken.None);
        var version = await CheckAsync(store);
        Say($"ready {version}");
        if (!isPaced)
        {
            _ = Task.Run(() =>
            {
                Console.In.ReadToEnd();
                Environment.Exit(3); // the test is gone
            });
        }

        while (!isPaced || await Console.In.ReadLineAsync() is not null)
        {
            var entries = Enumerable.Range(0, AppendLength(version)).Select(i => Entry(version + 1 + i)).ToArray();
            if (await store.AppendAsync(Stream, version, entries, CancellationToken.None) is not AppendOutcome.Appended appended)
            {
                return 4;
            }

            version = appended.NewVersion;
            Say(version.ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    /// <summary>Checks that the stream holds what writers write, whole appends only, and gives its end.</summary>
    public static async Task<long> CheckAsync(IJournal journal)
    {
        var version = 0L;
        await foreach (var entry in journal.ReadAsync(Stream, 0, CancellationToken.None))
        {
            version++;
            if (entry.Version != version || !entry.Payload.Span.SequenceEqual(Entry(version).Payload.Span))
            {
                throw new InvalidOperationException($"Entry {entry.Version} stands at {version} or is not what was written.");
            }
        }

        for (var boundary = 0L; boundary != version; boundary += AppendLength(boundary))
        {
            if (boundary > version)
            {
                throw new InvalidOperationException($"The stream ends at {version}, within an append.");
            }
        }

        return version;
    }

    /// <summary>How many entries the append after a version has.</summary>
    public static int AppendLength(long version) => 1 + (int)(version % 3);

    private static JournalEntry Entry(long version) => Entries.Bytes((int)(version % 19 == 0 ? 150_000 : version * 797 % 3000), unchecked((byte)version));

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
