using System.Buffers.Binary;
using PrivacyGrains.Ckks.Hashing;

namespace PrivacyGrains.Ckks.Parameters;

/// <summary>What names a set of parameters at one level in SEAL's formats (<c>parms_id</c>): BLAKE2b with 32 bytes over scheme, degree, primes and plain modulus. Public.</summary>
/// <param name="First">Bytes 0 to 7, little-endian.</param>
/// <param name="Second">Bytes 8 to 15.</param>
/// <param name="Third">Bytes 16 to 23.</param>
/// <param name="Fourth">Bytes 24 to 31.</param>
public readonly record struct ParametersId(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 32;

    private const ulong CkksScheme = 2;

    /// <summary>Reads one.</summary>
    /// <param name="bytes">At least 32.</param>
    /// <returns>The id.</returns>
    public static ParametersId Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, First);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Second);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Third);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Fourth);
    }

    /// <summary>The id of CKKS parameters.</summary>
    /// <param name="degree">N.</param>
    /// <param name="primes">The primes of the level, in order.</param>
    /// <returns>The id.</returns>
    public static ParametersId Of(int degree, ReadOnlySpan<ulong> primes)
    {
        var words = new byte[8 * (primes.Length + 3)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, CkksScheme);
        BinaryPrimitives.WriteUInt64LittleEndian(words.AsSpan(8), (ulong)degree);
        for (var i = 0; i < primes.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(words.AsSpan(16 + (8 * i)), primes[i]);
        }

        Span<byte> digest = stackalloc byte[Length];
        Blake2b.Hash(words, digest);
        return Read(digest);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
