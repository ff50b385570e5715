using System.Security.Cryptography;

namespace PrivacyGrains.Arithmetic.Randomness;

/// <summary>The operating system's cryptographic generator.</summary>
/// <remarks>Safe to use from several threads at once.</remarks>
public sealed class SystemRandomSource : IRandomSource
{
    /// <summary>The one instance; it holds no state.</summary>
    public static SystemRandomSource Instance { get; } = new();

    private SystemRandomSource()
    {
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
