namespace PrivacyGrains.Ckks.Formats;

/// <summary>What a reader takes at most; everything else follows from the parameters. Public.</summary>
/// <param name="MostPolynomials">Of a ciphertext: 2, or 3 to take products that were not relinearised.</param>
/// <param name="MostGaloisKeys">In one object. Each is as large as all data primes' entries.</param>
public sealed record FormatLimits(int MostPolynomials, int MostGaloisKeys)
{
    /// <summary>Ciphertexts of 2 polynomials, and the Galois keys that SEAL makes when it is told no steps: both directions of each power of two, and conjugation.</summary>
    /// <param name="context">The parameters.</param>
    /// <returns>The limits.</returns>
    public static FormatLimits Of(CkksContext context) => new(2, 2 * System.Numerics.BitOperations.Log2((uint)context.Degree));

    /// <summary>The most bytes of Galois keys, uncompressed: for a limit on a request's length.</summary>
    /// <param name="context">The parameters.</param>
    /// <returns>Bytes, the header counted.</returns>
    public long LargestGaloisKeys(CkksContext context) => KeysLength(context, context.Degree, MostGaloisKeys);

    /// <summary>The most bytes of relinearisation keys, uncompressed.</summary>
    /// <param name="context">The parameters.</param>
    /// <returns>Bytes, the header counted.</returns>
    public static long LargestRelinearizationKeys(CkksContext context) => KeysLength(context, 1, 1);

    /// <summary>The most bytes of a ciphertext, uncompressed.</summary>
    /// <param name="context">The parameters.</param>
    /// <returns>Bytes, the header counted.</returns>
    public int LargestCiphertext(CkksContext context) =>
        CiphertextLayout.WholeLength(new SealVersion(4, 0), context.Degree, MostPolynomials, context.DataPrimeCount);

    /// <summary>The most bytes that a body may have once packed: packing that makes much of nothing is no packing.</summary>
    internal static long Packed(long length) => length + (length / 64) + 1024;

    private static long KeysLength(CkksContext context, int places, int keys) =>
        SealHeader.Length + SwitchingKeysParser.PrefixLength + (8L * places) + ((long)keys * context.DataPrimeCount * CiphertextLayout.WholeLength(new SealVersion(4, 0), context.Degree, 2, context.PrimeCount));
}
