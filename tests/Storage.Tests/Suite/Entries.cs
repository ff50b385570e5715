using System.Text;

namespace PrivacyGrains.Storage.Tests;

/// <summary>Entries that tests write, and short ways to write and read them.</summary>
internal static class Entries
{
    public static JournalEntry Text(string text, string type = "test.text.v1") => new(type, Encoding.UTF8.GetBytes(text));

    public static JournalEntry Bytes(int length, byte salt = 0)
    {
        var payload = new byte[length];
        for (var i = 0; i < length; i++)
        {
            payload[i] = unchecked((byte)((i * 31) + (i >> 8) + salt));
        }

        return new JournalEntry("test.bytes.v1", payload);
    }

    public static Task<AppendOutcome> AppendAsync(this IJournal journal, string stream, long expectedVersion, params string[] texts) =>
        journal.AppendAsync(stream, expectedVersion, [.. texts.Select(text => Text(text))], CancellationToken.None);

    public static async Task<List<RecordedEntry>> AllAsync(this IJournal journal, string stream, long afterVersion = 0)
    {
        var all = new List<RecordedEntry>();
        await foreach (var entry in journal.ReadAsync(stream, afterVersion, CancellationToken.None))
        {
            all.Add(entry);
        }

        return all;
    }

    public static async Task<string[]> TextsAsync(this IJournal journal, string stream, long afterVersion = 0) =>
        [.. (await journal.AllAsync(stream, afterVersion)).Select(entry => Encoding.UTF8.GetString(entry.Payload.Span))];

    public static async Task<List<string>> ListAsync(this IJournal journal, string prefix)
    {
        var all = new List<string>();
        await foreach (var name in journal.ListStreamsAsync(prefix, CancellationToken.None))
        {
            all.Add(name);
        }

        return all;
    }
}
