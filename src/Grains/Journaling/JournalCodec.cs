using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Journaling;

/// <summary>The stored form of a grain's entries.</summary>
/// <typeparam name="TEntry">The base type of the journal's entries.</typeparam>
internal interface IJournalCodec<TEntry>
    where TEntry : class
{
    /// <summary>The stored form of an entry.</summary>
    /// <exception cref="ArgumentException">The entry's class has no registered name.</exception>
    JournalEntry Encode(TEntry entry);

    /// <summary>The entry behind its stored form.</summary>
    /// <param name="stream">For the message only.</param>
    /// <param name="recorded">As it stands in the stream.</param>
    /// <exception cref="InvalidDataException">The name is unknown here, or the payload is not that entry.</exception>
    TEntry Decode(string stream, in RecordedEntry recorded);
}

/// <summary>Turns a grain's entries into versioned JSON and back.</summary>
/// <typeparam name="TEntry">The base type of the journal's entries.</typeparam>
/// <remarks>
/// Each entry class has one stable name with a version, as <c>consortium.member-joined.v1</c>. A changed meaning is a new class and a new name; the old one stays
/// readable for ever. A name that is not registered is refused, never skipped: a skipped entry would be a changed history.
/// </remarks>
internal sealed class JournalCodec<TEntry> : IJournalCodec<TEntry>
    where TEntry : class
{
    private readonly Dictionary<string, JsonTypeInfo> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, string> _names = [];

    /// <summary>Registers one kind of entry.</summary>
    /// <param name="name">Its stable, versioned name.</param>
    /// <param name="json">Its source-generated form.</param>
    public JournalCodec<TEntry> With<T>(string name, JsonTypeInfo<T> json)
        where T : TEntry
    {
        _byName.Add(name, json);
        _names.Add(typeof(T), name);
        return this;
    }

    /// <inheritdoc/>
    public JournalEntry Encode(TEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var name = _names.TryGetValue(entry.GetType(), out var known)
            ? known
            : throw new ArgumentException($"{entry.GetType().Name} has no registered name.", nameof(entry));
        return new JournalEntry(name, JsonSerializer.SerializeToUtf8Bytes(entry, _byName[name]));
    }

    /// <inheritdoc/>
    public TEntry Decode(string stream, in RecordedEntry recorded)
    {
        if (!_byName.TryGetValue(recorded.Type, out var json))
        {
            throw Unknown(stream, recorded);
        }

        try
        {
            return (TEntry)(JsonSerializer.Deserialize(recorded.Payload.Span, json) ?? throw new JsonException("null"));
        }
        catch (JsonException e)
        {
            throw Unreadable(stream, recorded, e);
        }
    }

    /// <summary>What is thrown for a name that is not registered.</summary>
    public static InvalidDataException Unknown(string stream, in RecordedEntry recorded) => new(
        $"Stream '{stream}' holds an entry of unknown type '{recorded.Type}' at version {recorded.Version}. It was written by a newer version of PrivacyGrains: start that one.");

    /// <summary>What is thrown for a payload that is not the entry it is named for.</summary>
    public static InvalidDataException Unreadable(string stream, in RecordedEntry recorded, Exception? cause = null) =>
        new($"Stream '{stream}' holds an entry '{recorded.Type}' at version {recorded.Version} that cannot be read.", cause);
}
