using System.Buffers.Binary;
using System.Runtime.InteropServices;
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
    private const int BufferLength = 256 * BlockLength;
    private const int BulkLength = 4096 * BlockLength;

    private readonly Aes _aes;
    private readonly byte[] _stream = new byte[BufferLength];
    private byte[] _counters = new byte[BufferLength];
    private ulong _next;
    private int _used = BufferLength;

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
        destination = destination[TakeBuffered(destination)..];
        while (destination.Length >= BufferLength)
        {
            // What is longer than the buffer is encrypted where it is wanted: fewer calls of the platform, and no copy.
            var whole = Math.Min(destination.Length - (destination.Length % BlockLength), BulkLength);
            Encrypt(destination[..whole]);
            destination = destination[whole..];
        }

        if (!destination.IsEmpty)
        {
            Encrypt(_stream);
            _used = 0;
            TakeBuffered(destination);
        }
    }

    /// <summary>Hands the next bytes of the stream to a reader of its own; this one goes on behind them.</summary>
    /// <param name="length">How many bytes, at least 0. The reader is for no more.</param>
    /// <returns>A reader; its owner disposes it.</returns>
    public AesCtrRandomSource Branch(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var place = checked(((long)_next * BlockLength) - (_stream.Length - _used));
        var key = _aes.Key;
        var reader = new AesCtrRandomSource(key);
        CryptographicOperations.ZeroMemory(key);
        reader.Seek(place);
        Seek(checked(place + length));
        return reader;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_stream);
    }

    private void Seek(long place)
    {
        (_next, _used) = ((ulong)place / BlockLength, BufferLength);
        if (place % BlockLength != 0)
        {
            Encrypt(_stream);
            _used = (int)(place % BlockLength);
        }
    }

    private int TakeBuffered(Span<byte> destination)
    {
        var take = Math.Min(destination.Length, _stream.Length - _used);
        _stream.AsSpan(_used, take).CopyTo(destination);
        _used += take;
        return take;
    }

    // The next blocks of the key stream: whole blocks.
    private void Encrypt(Span<byte> destination)
    {
        if (_counters.Length < destination.Length)
        {
            _counters = new byte[BulkLength];
        }

        var counters = _counters.AsSpan(0, destination.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(counters);
        for (var i = 1; i < words.Length; i += 2)
        {
            words[i] = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_next) : _next; // the upper half of a block stays zero
            _next++;
        }

        _aes.EncryptEcb(counters, destination, PaddingMode.None);
    }
}
