using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Learning.Tests;

internal static class TestBytes
{
    /// <summary>A fixed stream for tests only.</summary>
    public static AesCtrRandomSource Source(int seed) => new(SHA256.HashData(BitConverter.GetBytes(seed)).AsSpan(0, AesCtrRandomSource.SeedLength));
}
