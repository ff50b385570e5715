using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Reads uploaded keys as what their route says that they are: nothing is guessed.</summary>
internal static class KeyReading
{
    private const long HeadBytes = 1024;

    /// <summary>The most bytes that an upload may have.</summary>
    public static long MostBytes(CkksContext context, string kind, int mostGaloisKeys)
    {
        var most = kind switch
        {
            KeyKinds.Public => PublicBytes(context),
            KeyKinds.Relinearization => FormatLimits.LargestRelinearizationKeys(context),
            _ => Limits(context, mostGaloisKeys).LargestGaloisKeys(context),
        };
        return most + (most / 64) + HeadBytes; // what packing may add
    }

    /// <summary>Reads an object to its end.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="kind">Of <see cref="KeyKinds"/>.</param>
    /// <param name="source">Untrusted.</param>
    /// <param name="mostGaloisKeys">How many are taken.</param>
    /// <param name="keys">Null after a fault.</param>
    /// <param name="framing">How it stood.</param>
    public static FormatFault? Read(CkksContext context, string kind, Stream source, int mostGaloisKeys, out object? keys, out SealFraming framing)
    {
        FormatFault? fault;
        switch (kind)
        {
            case KeyKinds.Public:
                using (var memory = new MemoryStream())
                {
                    source.CopyTo(memory); // at most MostBytes: the upload was held to it
                    fault = SealReader.ReadPublicKey(context, memory.GetBuffer().AsSpan(0, (int)memory.Length), out var key, out framing);
                    keys = key;
                }

                break;
            case KeyKinds.Relinearization:
                fault = SealReader.ReadRelinearizationKeys(context, source, out var relinearization, out framing);
                keys = relinearization;
                break;
            default:
                fault = SealReader.ReadGaloisKeys(context, source, out var galois, out framing, Limits(context, mostGaloisKeys));
                keys = galois;
                break;
        }

        return fault;
    }

    /// <summary>What keys take in memory, with the quotients that the evaluator puts beside them.</summary>
    public static long MemoryOf(CkksContext context, object keys)
    {
        var one = 2L * sizeof(ulong) * context.Degree * context.PrimeCount;
        return keys switch
        {
            GaloisKeys galois => 2 * one * context.DataPrimeCount * galois.Keys.Count,
            RelinearizationKeys => 2 * one * context.DataPrimeCount,
            _ => one,
        };
    }

    private static FormatLimits Limits(CkksContext context, int mostGaloisKeys) => FormatLimits.Of(context) with { MostGaloisKeys = mostGaloisKeys };

    private static long PublicBytes(CkksContext context) => (2L * sizeof(ulong) * context.Degree * context.PrimeCount) + HeadBytes;
}
