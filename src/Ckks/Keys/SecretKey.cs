using System.Security.Cryptography;

namespace PrivacyGrains.Ckks.Keys;

/// <summary>A client's secret polynomial, ternary, in transformed form modulo all primes. Secret; never leaves the client: the readers of this system refuse one that arrives.</summary>
public sealed class SecretKey : IDisposable
{
    private readonly ulong[] _words;

    /// <summary>Takes the words over.</summary>
    /// <param name="words">(prime, value) for all primes; cleared when this is disposed.</param>
    internal SecretKey(ulong[] words) => _words = words;

    /// <summary>The words, (prime, value), all primes of the parameters.</summary>
    internal ReadOnlySpan<ulong> Words => _words;

    /// <summary>Clears it.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_words.AsSpan()));

    /// <inheritdoc/>
    public override string ToString() => "SecretKey(redacted)";
}
