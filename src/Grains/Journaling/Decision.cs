using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Journaling;

/// <summary>What a pure rule answers: entries to make durable, or a refusal, or neither where the thing is done already.</summary>
/// <typeparam name="TEntry">The base type of the journal's entries.</typeparam>
internal readonly record struct Decision<TEntry>
    where TEntry : class
{
    private readonly ImmutableArray<TEntry> _entries;

    private Decision(ImmutableArray<TEntry> entries, Refusal? refusal)
    {
        _entries = entries;
        Refusal = refusal;
    }

    /// <summary>Nothing to write and nothing to refuse: a repeated request whose effect stands.</summary>
    public static Decision<TEntry> Nothing { get; }

    /// <summary>What to append, all or none; empty beside a refusal.</summary>
    public ImmutableArray<TEntry> Entries => _entries.IsDefault ? [] : _entries;

    /// <summary>The refusal, or null.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Several entries, written together.</summary>
    public static Decision<TEntry> Of(params ImmutableArray<TEntry> entries) => new(entries, null);

    /// <summary>One entry.</summary>
    public static implicit operator Decision<TEntry>(TEntry entry) => new([entry], null);

    /// <summary>A refusal.</summary>
    public static implicit operator Decision<TEntry>(Refusal refusal) => new([], refusal);
}
