namespace PrivacyGrains.Arithmetic.Randomness;

/// <summary>Where protocols and mechanisms take their random bytes from.</summary>
/// <remarks>
/// Production code passes <see cref="SystemRandomSource"/>; a protocol that expands a seed passes <see cref="AesCtrRandomSource"/>.
/// No command-line seed ever reaches an implementation of this interface.
/// </remarks>
public interface IRandomSource
{
    /// <summary>Overwrites the whole span with independent uniform bytes.</summary>
    /// <param name="destination">Any length, also zero. Secret afterwards.</param>
    void Fill(Span<byte> destination);
}
