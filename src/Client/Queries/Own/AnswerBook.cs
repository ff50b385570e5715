using System.Text.Json;
using System.Text.Json.Serialization;

namespace PrivacyGrains.Client.Queries.Own;

/// <summary>An answer that was paid for: asking the same again of the same data costs nothing, and gives the same figures.</summary>
/// <param name="Key">Names the query, its schema and its cost.</param>
/// <param name="Data">SHA-256 of the data file, lower-case hex.</param>
/// <param name="Answer">The answer.</param>
public sealed record KeptAnswer(string Key, string Data, OwnAnswer Answer);

/// <summary>Answers in a file, a line each.</summary>
public sealed class AnswerBook : IDisposable
{
    private readonly LineFile _file;
    private readonly Dictionary<(string Key, string Data), OwnAnswer> _known = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    private AnswerBook(LineFile file) => _file = file;

    /// <summary>Opens a file, or begins one. A line that cannot be read is passed over: its answer is then paid for again.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The book.</returns>
    public static AnswerBook Open(string path)
    {
        var book = new AnswerBook(LineFile.Open(path));
        foreach (var line in book._file.Lines)
        {
            try
            {
                if (JsonSerializer.Deserialize(line, OwnQueryJson.Default.KeptAnswer) is { } kept)
                {
                    book.Note(kept);
                }
            }
            catch (JsonException)
            {
                // Only the cache's loss.
            }
        }

        return book;
    }

    /// <summary>Whether a query was answered, on whatever data: only then is the data's version worth computing.</summary>
    /// <param name="key">The query.</param>
    public bool Knows(string key) => _keys.Contains(key);

    /// <summary>The answer of a query on data, or null.</summary>
    /// <param name="key">The query.</param>
    /// <param name="data">The data's digest.</param>
    public OwnAnswer? Find(string key, string data) => _known.GetValueOrDefault((key, data));

    /// <summary>Keeps an answer.</summary>
    /// <param name="kept">With its query and data.</param>
    public void Keep(KeptAnswer kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        _file.Append(JsonSerializer.Serialize(kept, OwnQueryJson.Default.KeptAnswer));
        Note(kept);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Note(KeptAnswer kept)
    {
        _known[(kept.Key, kept.Data)] = kept.Answer;
        _keys.Add(kept.Key);
    }
}

/// <summary>The generated serializer of answers.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(KeptAnswer))]
[JsonSerializable(typeof(OwnAnswer))]
public sealed partial class OwnQueryJson : JsonSerializerContext;
