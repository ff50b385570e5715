namespace PrivacyGrains.Protocols.Channels;

/// <summary>A message that is written where it is wanted, part by part, rather than held as bytes.</summary>
public interface IOutboundMessage
{
    /// <summary>How many bytes.</summary>
    int Length { get; }

    /// <summary>Writes a run of the bytes. Secret from everybody but the receiver.</summary>
    /// <param name="from">The first byte's place: a multiple of 8.</param>
    /// <param name="destination">Takes as many bytes as it is long.</param>
    /// <exception cref="ArgumentException">There are not so many bytes, or the place is no multiple of 8.</exception>
    void CopyTo(int from, Span<byte> destination);
}
