using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Ckks.Encryption;

/// <summary>The small secret polynomials of encryption. Each draw's time does not depend on what is drawn.</summary>
/// <remarks>Ternary secrets and a centred binomial error of 21 coins (standard deviation 3.24): SEAL's, and what the security table of <see cref="Parameters.CkksParameters"/> is for.</remarks>
internal static class Samplers
{
    private const int Coins = 21;
    private const ulong CoinMask = (1UL << Coins) - 1;

    /// <summary>Uniform from -1, 0 and 1.</summary>
    /// <param name="random">A cryptographic source.</param>
    /// <param name="destination">Overwritten; secret.</param>
    public static void Ternary(IRandomSource random, Span<sbyte> destination)
    {
        Span<byte> bytes = stackalloc byte[1024];
        var used = bytes.Length;
        for (var i = 0; i < destination.Length;)
        {
            if (used == bytes.Length)
            {
                random.Fill(bytes);
                used = 0;
            }

            // 255 = 3 * 85 values are kept: what is rejected tells nothing about what is kept.
            var value = bytes[used++];
            destination[i] = (sbyte)((value % 3) - 1);
            i += value < 255 ? 1 : 0;
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Centred binomial: 21 coins less 21 others.</summary>
    /// <param name="random">A cryptographic source.</param>
    /// <param name="destination">Overwritten; secret.</param>
    public static void Error(IRandomSource random, Span<sbyte> destination)
    {
        Span<byte> bytes = stackalloc byte[8 * 128];
        for (var start = 0; start < destination.Length; start += 128)
        {
            random.Fill(bytes);
            var some = destination.Slice(start, Math.Min(128, destination.Length - start));
            for (var i = 0; i < some.Length; i++)
            {
                var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
                some[i] = (sbyte)(BitOperations.PopCount(word & CoinMask) - BitOperations.PopCount((word >> Coins) & CoinMask));
            }
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Small signed numbers as residues.</summary>
    /// <param name="modulus">The prime.</param>
    /// <param name="numbers">Each smaller than the prime.</param>
    /// <param name="residues">As many, overwritten.</param>
    public static void ToResidues(Modular.Modulus modulus, ReadOnlySpan<sbyte> numbers, Span<ulong> residues)
    {
        var q = modulus.Value;
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = (long)numbers[i];
            residues[i] = unchecked((ulong)number + (q & (ulong)(number >> 63)));
        }
    }
}
