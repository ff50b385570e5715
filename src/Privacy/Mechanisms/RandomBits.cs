using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Privacy.Mechanisms;

/// <summary>Exact uniform and Bernoulli draws from a source's bytes, taken in blocks. Clears what it buffered when disposed.</summary>
/// <param name="source">Cryptographic.</param>
/// <param name="block">Bytes taken at once, 16 or more: few for a single choice, many for a vector.</param>
internal sealed class RandomBits(IRandomSource source, int block = 512) : IDisposable
{
    private readonly byte[] _block = new byte[block];
    private int _used = block;

    /// <summary>A fair bit; spends a byte.</summary>
    public bool Bit() => (Take(1)[0] & 1) == 1;

    /// <summary>Uniform on 0 .. bound-1, by rejection.</summary>
    public ulong Below(ulong bound)
    {
        if (bound <= 256)
        {
            var small = (byte)(BitOperations.RoundUpToPowerOf2((uint)bound) - 1);
            while (true)
            {
                var drawn = (byte)(Take(1)[0] & small);
                if (drawn < bound)
                {
                    return drawn;
                }
            }
        }

        var mask = ulong.MaxValue >> BitOperations.LeadingZeroCount(bound - 1);
        while (true)
        {
            var drawn = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)) & mask;
            if (drawn < bound)
            {
                return drawn;
            }
        }
    }

    /// <summary>Uniform on 0 .. bound-1, by rejection.</summary>
    public UInt128 Below(UInt128 bound)
    {
        if (bound <= ulong.MaxValue)
        {
            return Below((ulong)bound);
        }

        var mask = UInt128.MaxValue >> (int)UInt128.LeadingZeroCount(bound - 1);
        while (true)
        {
            var drawn = BinaryPrimitives.ReadUInt128LittleEndian(Take(16)) & mask;
            if (drawn < bound)
            {
                return drawn;
            }
        }
    }

    /// <summary>Uniform on 0 .. bound-1, by rejection, for any bound.</summary>
    public BigInteger Below(BigInteger bound)
    {
        if (bound <= UInt128.MaxValue)
        {
            return Below((UInt128)bound);
        }

        var bits = (bound - 1).GetBitLength();
        var bytes = new byte[(int)((bits + 7) / 8)];
        var top = (byte)(0xFF >> (int)((8 - (bits % 8)) % 8));
        while (true)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = Take(1)[0];
            }

            bytes[^1] &= top;
            var drawn = new BigInteger(bytes, isUnsigned: true);
            if (drawn < bound)
            {
                return drawn;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_block);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_used + count > _block.Length)
        {
            source.Fill(_block);
            _used = 0;
        }

        _used += count;
        return _block.AsSpan(_used - count, count);
    }
}
