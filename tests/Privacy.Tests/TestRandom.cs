using System.Buffers.Binary;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Tests;

/// <summary>A fixed stream of choices for tests: the same on every machine.</summary>
internal sealed class TestRandom : IDisposable
{
    private readonly byte[] _word = new byte[8];

    public TestRandom(int seed)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, seed);
        Source = new AesCtrRandomSource(SHA256.HashData(bytes).AsSpan(0, AesCtrRandomSource.SeedLength));
    }

    public AesCtrRandomSource Source { get; }

    public int Next(int below)
    {
        Source.Fill(_word);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(_word) % (ulong)below);
    }

    public double Unit()
    {
        Source.Fill(_word);
        return (BinaryPrimitives.ReadUInt64LittleEndian(_word) >> 11) * (1.0 / (1L << 53));
    }

    public void Dispose() => Source.Dispose();
}
