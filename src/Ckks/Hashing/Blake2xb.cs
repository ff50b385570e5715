using System.Buffers.Binary;

namespace PrivacyGrains.Ckks.Hashing;

/// <summary>BLAKE2Xb with an output of 4,096 bytes, keyed by a 64-byte seed: the stream cipher of SEAL's seeded objects.</summary>
/// <remarks>"BLAKE2X" (Aumasson, Neves, Wilcox-O'Hearn, Winnerlein 2016), section 2: one keyed root over the message, then unkeyed blocks over the root, each with its own node offset.</remarks>
internal static class Blake2xb
{
    /// <summary>Expands one piece.</summary>
    /// <param name="seed">64 bytes.</param>
    /// <param name="counter">Which piece.</param>
    /// <param name="destination">4,096 bytes, overwritten.</param>
    public static void Expand(ReadOnlySpan<byte> seed, ulong counter, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, SeedExpansion.PieceLength);
        Span<byte> parameters = stackalloc byte[Blake2b.ParameterLength];
        Span<byte> root = stackalloc byte[Blake2b.LongestDigest];
        Span<byte> message = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(message, counter);
        parameters.Clear();
        (parameters[0], parameters[1], parameters[2], parameters[3]) = (Blake2b.LongestDigest, (byte)seed.Length, 1, 1);
        BinaryPrimitives.WriteInt32LittleEndian(parameters[12..], destination.Length);
        Blake2b.Hash(parameters, seed, message, root);

        parameters.Clear();
        parameters[0] = Blake2b.LongestDigest;
        BinaryPrimitives.WriteInt32LittleEndian(parameters[4..], Blake2b.LongestDigest);
        BinaryPrimitives.WriteInt32LittleEndian(parameters[12..], destination.Length);
        parameters[17] = Blake2b.LongestDigest;
        for (var block = 0; block * Blake2b.LongestDigest < destination.Length; block++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(parameters[8..], block);
            Blake2b.Hash(parameters, [], root, destination.Slice(block * Blake2b.LongestDigest, Blake2b.LongestDigest));
        }

        root.Clear();
    }
}
