namespace PrivacyGrains.Storage;

/// <summary>One owner's durable streams of events. Each append is fenced by the version that its writer believes to be the last.</summary>
/// <remarks>
/// <para>
/// A stream is named by 1 to 200 characters: segments of A-Z, a-z, 0-9 and <c>. _ - : @ + = ~</c>, separated by single slashes, none of them <c>.</c> or <c>..</c>.
/// Names are compared ordinally. A stream exists from its first append, and nothing is ever deleted.
/// </para>
/// <para>
/// An append that ends in <see cref="OperationCanceledException"/> or <see cref="ArgumentException"/> wrote nothing. After any other exception
/// its outcome is unknown: the writer reads the stream again before it decides anything.
/// </para>
/// <para>Implementations are safe for use by many threads. They do not encrypt: whoever reads the folder or the database reads the entries.</para>
/// </remarks>
public interface IJournal
{
    /// <summary>Reads a stream in order, up to where it ended when the reading began; nothing for a stream that does not exist.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="afterVersion">The last version that the caller knows; 0 for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The durable entries with a greater version, in ascending order without gaps.</returns>
    /// <exception cref="ArgumentException">The name is not one, or <paramref name="afterVersion"/> is negative.</exception>
    /// <exception cref="JournalDamagedException">What is read is not what was written.</exception>
    IAsyncEnumerable<RecordedEntry> ReadAsync(string stream, long afterVersion, CancellationToken cancellationToken);

    /// <summary>Adds entries at the end of a stream, all or none, and returns once they are durable.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="expectedVersion">The version of the stream's last entry as the writer knows it; 0: the stream must not exist.</param>
    /// <param name="entries">One to 10,000 entries, together at most 128 MiB. The first gets the version <paramref name="expectedVersion"/> + 1.</param>
    /// <param name="cancellationToken">Gives up while nothing has been written; afterwards it has no effect.</param>
    /// <returns><see cref="AppendOutcome.Appended"/>, or <see cref="AppendOutcome.Conflict"/> where the stream ends elsewhere.</returns>
    /// <exception cref="ArgumentException">A name, version, type or payload is outside its range, or there is no entry.</exception>
    Task<AppendOutcome> AppendAsync(string stream, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads the newest snapshot of a stream.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The snapshot, or null where none was written. Continue with <see cref="ReadAsync"/> after its version.</returns>
    /// <exception cref="ArgumentException">The name is not one.</exception>
    /// <exception cref="JournalDamagedException">What is read is not what was written, or the stream ends before the snapshot does.</exception>
    Task<JournalSnapshot?> ReadSnapshotAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Keeps a snapshot in place of an older one; does nothing where a newer one stands. Durable on return.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="snapshot">The state after the entry that it names.</param>
    /// <param name="cancellationToken">Gives up while nothing has been written.</param>
    /// <returns>A task that ends when the snapshot is durable.</returns>
    /// <exception cref="ArgumentException">The name, type or payload is outside its range, or the stream does not reach the snapshot's version.</exception>
    Task WriteSnapshotAsync(string stream, JournalSnapshot snapshot, CancellationToken cancellationToken);

    /// <summary>Lists the streams that exist, in ordinal order.</summary>
    /// <param name="prefix">What the names begin with, compared ordinally; empty for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The names, each once.</returns>
    IAsyncEnumerable<string> ListStreamsAsync(string prefix, CancellationToken cancellationToken);
}
