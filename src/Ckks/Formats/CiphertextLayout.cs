namespace PrivacyGrains.Ckks.Formats;

/// <summary>Where the parts of a ciphertext lie (<c>Ciphertext::save_members</c>): header | parms_id 32 | is_ntt_form 1 | size 8 | N 8 | k 8 | scale 8 | correction factor 8 in version 4 | array header 16 | count 8 | words | seed object where seeded.</summary>
internal static class CiphertextLayout
{
    public const int ArrayHead = SealHeader.Length + 8;

    /// <summary>The seed object: header, expander, 64 bytes.</summary>
    public const int SeedLength = SealHeader.Length + 1 + Hashing.SeedExpansion.SeedLength;

    private const int ScaleAt = Parameters.ParametersId.Length + 1 + 24;

    /// <summary>From the start of the header to the first word.</summary>
    public static int HeadLength(SealVersion version) => SealHeader.Length + MembersLength(version) + ArrayHead;

    /// <summary>From the end of the header to the array's.</summary>
    public static int MembersLength(SealVersion version) => ScaleAt + (version.HasCorrectionFactor ? 16 : 8);

    public static int WholeLength(SealVersion version, int degree, int size, int primeCount) => HeadLength(version) + (8 * degree * size * primeCount);

    public static int SeededLength(SealVersion version, int degree, int primeCount) => HeadLength(version) + (8 * degree * primeCount) + SeedLength;
}
