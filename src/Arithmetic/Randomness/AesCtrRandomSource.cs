using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PrivacyGrains.Arithmetic.Randomness;

/// <summary>Expands a 16-byte seed into the key stream of AES-128 in counter mode.</summary>
/// <remarks>
/// Source: NIST SP 800-38A, section 6.5; the counter block is 128 bits, big-endian, and starts at zero, so a seed serves one stream.
/// The same seed gives the same bytes on every machine. Not thread-safe. Dispose it to clear the key.
/// </remarks>
public sealed class AesCtrRandomSource : IRandomSource, IDisposable
{
    /// <summary>Length of a seed in bytes.</summary>
    public const int SeedLength = 16;

    private const int BlockLength = 16;
    private const int BufferBlocks = 256;

    private readonly Aes _aes;
    private readonly byte[] _counters = new byte[BufferBlocks * BlockLength];
    private readonly byte[] _stream = new byte[BufferBlocks * BlockLength];
    private ulong _next;
    private int _used = BufferBlocks * BlockLength;

    /// <summary>Starts the stream of a seed at its first byte.</summary>
    /// <param name="seed">Exactly <see cref="SeedLength"/> bytes; secret; copied.</param>
    /// <exception cref="ArgumentException">The seed has another length.</exception>
    public AesCtrRandomSource(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength)
        {
            throw new ArgumentException($"A seed has {SeedLength} bytes; this one has {seed.Length}.", nameof(seed));
        }

        _aes = Aes.Create();
        _aes.SetKey(seed);
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (_used == _stream.Length)
            {
                Refill();
            }

            var take = Math.Min(destination.Length, _stream.Length - _used);
            _stream.AsSpan(_used, take).CopyTo(destination);
            _used += take;
            destination = destination[take..];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_stream);
    }

    private void Refill()
    {
        for (var block = 0; block < BufferBlocks; block++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(_counters.AsSpan((block * BlockLength) + 8), _next);
            _next++;
        }

        _aes.EncryptEcb(_counters, _stream, PaddingMode.None);
        _used = 0;
    }
}
