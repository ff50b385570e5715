using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Tests.Sharing;

/// <summary>The grid that every protocol of shares runs over, and its seeded inputs.</summary>
internal static class Schemes
{
    public static readonly int[] Lengths = [0, 1, 7, 1000];

    public static IEnumerable<SharingScheme> All =>
    [
        SharingScheme.Additive(2), SharingScheme.Additive(3), SharingScheme.Additive(4), SharingScheme.Additive(5),
        SharingScheme.Shamir(2, 1), SharingScheme.Shamir(3, 1), SharingScheme.Shamir(3, 2), SharingScheme.Shamir(4, 1),
        SharingScheme.Shamir(5, 2), SharingScheme.Shamir(5, 3),
    ];

    /// <summary>The grid as theory data: names, since a theory shows them.</summary>
    public static TheoryData<string> Names => [.. All.Select(scheme => scheme.ToString())];

    public static SharingScheme Named(string name) => All.Single(scheme => scheme.ToString() == name);

    public static AesCtrRandomSource Random(byte seed)
    {
        var bytes = new byte[AesCtrRandomSource.SeedLength];
        bytes[0] = seed;
        return new AesCtrRandomSource(bytes);
    }

    public static ulong[] Uniform(WordAlgebra algebra, int length, byte seed)
    {
        using var random = Random(seed);
        var words = new ulong[length];
        algebra.FillUniform(random, words);
        return words;
    }

    /// <summary>Signed numbers of at most so many bits, encoded.</summary>
    public static ulong[] Signed(WordAlgebra algebra, int length, int bits, byte seed) =>
        [.. Uniform(WordAlgebra.Ring64, length, seed).Select(word => algebra.FromSigned(unchecked((long)word) >> (64 - bits)))];
}
