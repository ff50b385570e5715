namespace PrivacyGrains.Protocols.Sharing;

/// <summary>What one peer sent to this party in one round of a protocol.</summary>
/// <param name="From">The sender, as the channel knows it.</param>
/// <param name="Words">Elements or packed bits. Shares of masked values: secret from anybody who is no member, and from the dealer above all.</param>
public sealed record PeerWords(PartyId From, ReadOnlyMemory<ulong> Words)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Words.Length} words from {From}";
}
