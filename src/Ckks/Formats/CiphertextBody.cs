using PrivacyGrains.Ckks.Hashing;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>The words of a ciphertext, and its seed.</summary>
internal static class CiphertextBody
{
    /// <summary>Reads what follows a head.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="version">Of the object.</param>
    /// <param name="head">Checked.</param>
    /// <param name="rest">Exactly <see cref="CiphertextHead.RestLength"/> bytes, else it is refused.</param>
    /// <param name="path">Its name.</param>
    /// <param name="destination">Overwritten; of no use after a fault.</param>
    /// <param name="seed">Where it is seeded: a copy.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static FormatFault? TryRead(CkksContext context, SealVersion version, CiphertextHead head, ReadOnlySpan<byte> rest, FieldPath path, Ciphertext destination, out ExpansionSeed seed)
    {
        seed = default;
        var length = head.RestLength(context.Degree);
        if (rest.Length != length)
        {
            return rest.Length < length
                ? path.Fault("ckks.truncated", "data", $"{rest.Length} bytes are left where {length} belong: send the whole object.")
                : path.Fault("ckks.trailing-bytes", "", $"{rest.Length - length} bytes stand after its end: send it alone.");
        }

        var words = 8 * head.WordCount(context.Degree);
        if (head.IsSeeded && Seed(version, rest[words..], path, out seed) is { } wrong)
        {
            return wrong;
        }

        destination.Resize(head.Size, head.PrimeCount, context.Degree);
        destination.Scale = head.Scale;
        var at = Words.Read(context, head.PrimeCount, rest[..words], destination.Words[..(words / 8)]);
        if (at >= 0)
        {
            return path.Fault("ckks.word", "data", $"Word {at} is not less than its prime {context.Moduli[at / context.Degree % head.PrimeCount].Value}: the words are those of other parameters, or damaged.");
        }

        if (head.IsSeeded)
        {
            SeedExpansion.Expand(context, seed.Expander, seed.Bytes.Span, head.PrimeCount, destination.Polynomial(1));
        }

        return null;
    }

    private static FormatFault? Seed(SealVersion version, ReadOnlySpan<byte> bytes, FieldPath path, out ExpansionSeed seed)
    {
        seed = default;
        if (SealHeader.TryReadNested(bytes, version, CiphertextLayout.SeedLength, path, "seed") is { } fault)
        {
            return fault;
        }

        var expander = (SeedExpander)bytes[SealHeader.Length];
        if (expander is not (SeedExpander.Blake2xb or SeedExpander.Shake256))
        {
            return path.Fault("ckks.seed", "seed.type", $"Expander {(int)expander} is unknown: 1 is BLAKE2Xb, 2 is SHAKE256.");
        }

        seed = new ExpansionSeed(expander, bytes[(SealHeader.Length + 1)..].ToArray());
        return null;
    }
}
