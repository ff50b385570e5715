namespace PrivacyGrains.Grains.Journaling;

/// <summary>How a stream of entries becomes a grain's state. Made once per grain class.</summary>
/// <typeparam name="TState">What a grain decides on. May be immutable (then <c>Apply</c> gives the next one) or mutable (then it gives the same one).</typeparam>
/// <typeparam name="TEntry">The base type of the entries.</typeparam>
/// <param name="Initial">The state of an empty stream.</param>
/// <param name="Apply">The state after one durable entry. Pure; never refuses what was once written.</param>
/// <param name="Codec">The stored form of the entries.</param>
/// <param name="Snapshots">How to shorten long streams; null for streams that stay short.</param>
internal sealed record JournalShape<TState, TEntry>(
    Func<TState> Initial,
    Func<TState, TEntry, TState> Apply,
    IJournalCodec<TEntry> Codec,
    JournalSnapshots<TState>? Snapshots = null)
    where TState : class
    where TEntry : class;

/// <summary>How a state is written down whole, so that an activation need not read the stream from its first entry.</summary>
/// <param name="Type">The form's stable, versioned name. A reader that meets another name reads the stream from its first entry.</param>
/// <param name="Every">After how many entries one is written; at least 2.</param>
/// <param name="Write">The stored form: no secret enters it.</param>
/// <param name="Read">The state behind it.</param>
internal sealed record JournalSnapshots<TState>(string Type, int Every, Func<TState, byte[]> Write, Func<ReadOnlyMemory<byte>, TState> Read)
    where TState : class;
