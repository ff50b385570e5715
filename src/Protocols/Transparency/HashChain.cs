using System.Security.Cryptography;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Transparency;

/// <summary>Chains a ledger's entries, so that one hash stands for the whole history.</summary>
/// <remarks>
/// Entry hash = SHA-256 over the canonical form of (domain, previous hash, entry), after Haber and Stornetta, "How to Time-Stamp a Digital Document",
/// CRYPTO 1990, section 5.1. The hash before the first entry is that of the domain alone. Collision resistance makes a changed, removed or reordered entry
/// change every later hash; it hides nothing.
/// </remarks>
public static class HashChain
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>The hash before the first entry.</summary>
    /// <param name="domain">What is chained, as <c>ledger/hospital-a/breast-2026</c>; not empty.</param>
    /// <returns><see cref="HashLength"/> bytes.</returns>
    public static byte[] Start(string domain)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        return SHA256.HashData(new WireWriter("chain.start", 1).Text(domain).Written.Span);
    }

    /// <summary>The hash after one more entry.</summary>
    /// <param name="domain">The same as at the start.</param>
    /// <param name="previous">The hash so far, <see cref="HashLength"/> bytes.</param>
    /// <param name="canonicalEntry">The entry's canonical bytes.</param>
    /// <returns><see cref="HashLength"/> bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The previous hash has another length.</exception>
    public static byte[] Next(string domain, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> canonicalEntry)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        ArgumentOutOfRangeException.ThrowIfNotEqual(previous.Length, HashLength);
        return SHA256.HashData(new WireWriter("chain.entry", 1).Text(domain).Bytes(previous).Bytes(canonicalEntry).Written.Span);
    }
}
