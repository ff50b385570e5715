using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PrivacyGrains.Protocols.Channels;

/// <summary>Memory for one message, taken from a pool and cleared before it goes back.</summary>
/// <remarks>
/// Fresh memory costs the machine a third of a microsecond a kibibyte; a message of a million openings has 16 MiB. Begins at a word, so that a message whose
/// header is a whole number of words is computed on where it lies. One owner: whoever is handed it disposes it, and any use afterwards throws, so that no two
/// live messages can share memory by mistake of an owner. Not thread-safe.
/// </remarks>
public sealed class SecretBuffer : IDisposable
{
    private readonly ArrayPool<ulong> _pool;
    private ulong[]? _words;

    private SecretBuffer(ArrayPool<ulong> pool, int length)
    {
        _pool = pool;
        Length = length;
        _words = pool.Rent((int)(((long)length + sizeof(ulong) - 1) / sizeof(ulong)));
    }

    /// <summary>How many bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes; whatever was there before, until they are written. Secret.</summary>
    /// <exception cref="ObjectDisposedException">The memory went back.</exception>
    public Span<byte> Bytes => MemoryMarshal.AsBytes(Rented.AsSpan())[..Length];

    /// <summary>The whole words among the bytes, as the machine orders them. Secret.</summary>
    /// <exception cref="ObjectDisposedException">The memory went back.</exception>
    public Memory<ulong> Words => Rented.AsMemory(0, Length / sizeof(ulong));

    private ulong[] Rented => _words ?? throw new ObjectDisposedException(nameof(SecretBuffer));

    /// <summary>Takes memory.</summary>
    /// <param name="length">Bytes, at least 0.</param>
    /// <param name="pool">Where from; null for the process's own.</param>
    public static SecretBuffer Rent(int length, ArrayPool<ulong>? pool = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new SecretBuffer(pool ?? ArrayPool<ulong>.Shared, length);
    }

    /// <summary>Clears the bytes and gives the memory back; once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _words, null) is { } words)
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan())[..Length]);
            _pool.Return(words);
        }
    }

    /// <summary>The length; never a byte.</summary>
    public override string ToString() => $"{Length} bytes";
}
