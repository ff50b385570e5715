namespace PrivacyGrains.Grains.Streams;

/// <summary>Direct connections between the silos of two parties, for the frames of their sessions. The grains say whom they connect, and when.</summary>
/// <remarks>
/// A connection is recognised by a token that both ends derive from the keys of the pair's channel, so that only they can know it; it serves once, for that pair
/// and session. Whoever overhears it can at most take the connection's place and be found out by the first frame: frames are sealed and numbered.
/// </remarks>
public interface IPartyStreams
{
    /// <summary>Where peers connect to; null where streams are off.</summary>
    StreamPoint? Advertised { get; }

    /// <summary>Waits for the connection of a peer.</summary>
    /// <param name="token">The pair's token; secret until the connection shows it.</param>
    /// <param name="within">How long.</param>
    /// <returns>The stream, which awaits its acknowledgement; null where none came in time, or the token is waited for already.</returns>
    Task<FrameStream?> ExpectAsync(ReadOnlyMemory<byte> token, TimeSpan within);

    /// <summary>Connects to a peer that expects it.</summary>
    /// <param name="to">What the peer advertised.</param>
    /// <param name="token">The pair's token.</param>
    /// <param name="within">How long, until the peer has acknowledged.</param>
    /// <returns>The stream, or null where it did not come about.</returns>
    Task<FrameStream?> ConnectAsync(StreamPoint to, ReadOnlyMemory<byte> token, TimeSpan within);
}

/// <summary>No streams: frames go as grain messages.</summary>
internal sealed class NoPartyStreams : IPartyStreams
{
    /// <inheritdoc/>
    public StreamPoint? Advertised => null;

    /// <inheritdoc/>
    public Task<FrameStream?> ExpectAsync(ReadOnlyMemory<byte> token, TimeSpan within) => Task.FromResult<FrameStream?>(null);

    /// <inheritdoc/>
    public Task<FrameStream?> ConnectAsync(StreamPoint to, ReadOnlyMemory<byte> token, TimeSpan within) => Task.FromResult<FrameStream?>(null);
}
