using System.Buffers.Binary;
using System.Numerics;

namespace PrivacyGrains.Ckks.Formats.Zstd;

/// <summary>XXH64 with seed 0, of bytes that come in pieces: the checksum of Zstandard frames. No cryptographic hash.</summary>
/// <remarks>Source: "xxHash fast digest algorithm", specification 0.2 (Collet), section XXH64.</remarks>
internal sealed class XxHash64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;
    private const int Stripe = 32;

    private readonly ulong[] _sums = [unchecked(Prime1 + Prime2), Prime2, 0, unchecked(0 - Prime1)];
    private readonly byte[] _rest = new byte[Stripe];
    private int _kept;
    private ulong _length;

    /// <summary>Takes the next piece.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        if (_kept > 0)
        {
            var now = Math.Min(Stripe - _kept, bytes.Length);
            bytes[..now].CopyTo(_rest.AsSpan(_kept));
            _kept += now;
            bytes = bytes[now..];
            if (_kept < Stripe)
            {
                return;
            }

            Add(_rest);
            _kept = 0;
        }

        for (; bytes.Length >= Stripe; bytes = bytes[Stripe..])
        {
            Add(bytes);
        }

        bytes.CopyTo(_rest);
        _kept = bytes.Length;
    }

    /// <summary>The hash of all pieces.</summary>
    public ulong Finish()
    {
        unchecked
        {
            var hash = Prime5;
            if (_length >= Stripe)
            {
                hash = BitOperations.RotateLeft(_sums[0], 1) + BitOperations.RotateLeft(_sums[1], 7) + BitOperations.RotateLeft(_sums[2], 12) + BitOperations.RotateLeft(_sums[3], 18);
                foreach (var sum in _sums)
                {
                    hash = ((hash ^ Round(0, sum)) * Prime1) + Prime4;
                }
            }

            hash += _length;
            var rest = _rest.AsSpan(0, _kept);
            for (; rest.Length >= 8; rest = rest[8..])
            {
                hash = (BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) * Prime1) + Prime4;
            }

            if (rest.Length >= 4)
            {
                hash = (BitOperations.RotateLeft(hash ^ (BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1), 23) * Prime2) + Prime3;
                rest = rest[4..];
            }

            foreach (var value in rest)
            {
                hash = BitOperations.RotateLeft(hash ^ (value * Prime5), 11) * Prime1;
            }

            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

    private static ulong Round(ulong sum, ulong word) => unchecked(BitOperations.RotateLeft(sum + (word * Prime2), 31) * Prime1);

    private void Add(ReadOnlySpan<byte> stripe)
    {
        for (var i = 0; i < 4; i++)
        {
            _sums[i] = Round(_sums[i], BinaryPrimitives.ReadUInt64LittleEndian(stripe[(8 * i)..]));
        }
    }
}
