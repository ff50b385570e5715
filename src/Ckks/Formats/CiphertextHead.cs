using System.Buffers.Binary;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>A ciphertext's fields before its words, all checked against the parameters: what may be allocated follows from them.</summary>
/// <param name="PrimeCount">The level.</param>
/// <param name="Size">Polynomials.</param>
/// <param name="Scale">Positive; fits the level.</param>
/// <param name="IsSeeded">Whether only the first polynomial is here, and a seed after it.</param>
internal readonly record struct CiphertextHead(int PrimeCount, int Size, double Scale, bool IsSeeded)
{
    private const int SizeAt = ParametersId.Length + 1;

    /// <summary>The words that follow.</summary>
    public int WordCount(int degree) => (IsSeeded ? 1 : Size) * PrimeCount * degree;

    /// <summary>The bytes that follow.</summary>
    public int RestLength(int degree) => (8 * WordCount(degree)) + (IsSeeded ? CiphertextLayout.SeedLength : 0);

    /// <summary>Reads the fields.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="version">Of the object.</param>
    /// <param name="members">All that follows the object's header, or at least the fields.</param>
    /// <param name="mostPolynomials">0 for a key: at the key level, two polynomials, scale 1.</param>
    /// <param name="path">Its name.</param>
    /// <param name="head">The fields.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static FormatFault? TryRead(CkksContext context, SealVersion version, ReadOnlySpan<byte> members, int mostPolynomials, FieldPath path, out CiphertextHead head)
    {
        head = default;
        if (members.Length < CiphertextLayout.MembersLength(version) + CiphertextLayout.ArrayHead)
        {
            return path.Fault("ckks.truncated", "", "It ends before its words: send the whole object.");
        }

        var isKey = mostPolynomials == 0;
        if (Level(context, members, isKey, path, out var level) is { } unknown)
        {
            return unknown;
        }

        if (members[ParametersId.Length] != 1)
        {
            return Stranger(context, members, level, path) ?? path.Fault("ckks.form", "is_ntt_form", $"It is {members[ParametersId.Length]}: CKKS objects stand in transformed form, 1.");
        }

        var (size, degree, primes) = (Word(members, SizeAt), Word(members, SizeAt + 8), Word(members, SizeAt + 16));
        var most = isKey ? 2 : Math.Min(mostPolynomials, Ciphertext.MostPolynomials);
        if (size < 2 || size > (ulong)most)
        {
            return path.Fault("ckks.shape", "size", $"It has {size} polynomials; {(most == 2 ? "2 are taken" : $"2 to {most} are taken")}: relinearise products first.");
        }

        if (degree != (ulong)context.Degree)
        {
            return path.Fault("ckks.shape", "poly_modulus_degree", $"It is {degree}; these parameters have {context.Degree}.");
        }

        if (primes != (ulong)level)
        {
            return path.Fault("ckks.shape", "coeff_modulus_size", $"It is {primes}; its parms_id is that of {level} primes.");
        }

        var scale = BinaryPrimitives.ReadDoubleLittleEndian(members[(SizeAt + 24)..]);
        if (isKey ? scale != 1 : !(double.IsNormal(scale) && scale > 0 && Math.ILogB(scale) < context.ModulusBits(level)))
        {
            return path.Fault("ckks.scale", "scale", isKey ? "A key's scale is 1." : $"It is not a positive number below the level's modulus of {context.ModulusBits(level)} bits: encode at a smaller scale.");
        }

        if (version.HasCorrectionFactor && Word(members, SizeAt + 32) != 1)
        {
            return path.Fault("ckks.form", "correction_factor", $"It is {Word(members, SizeAt + 32)}; in CKKS it is 1.");
        }

        return Array(version, members[CiphertextLayout.MembersLength(version)..], (int)size, level, context.Degree, scale, path, out head);
    }

    /// <summary>Writes the fields.</summary>
    public static void Write(CkksContext context, Ciphertext value, SealVersion version, int words, Span<byte> members)
    {
        context.IdOf(value.PrimeCount).Write(members);
        members[ParametersId.Length] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(members[SizeAt..], value.Size);
        BinaryPrimitives.WriteInt64LittleEndian(members[(SizeAt + 8)..], value.Degree);
        BinaryPrimitives.WriteInt64LittleEndian(members[(SizeAt + 16)..], value.PrimeCount);
        BinaryPrimitives.WriteDoubleLittleEndian(members[(SizeAt + 24)..], value.Scale);
        if (version.HasCorrectionFactor)
        {
            BinaryPrimitives.WriteInt64LittleEndian(members[(SizeAt + 32)..], 1);
        }

        var array = members[CiphertextLayout.MembersLength(version)..];
        SealHeader.WriteNested(array, version, CiphertextLayout.ArrayHead + (8L * words));
        BinaryPrimitives.WriteInt64LittleEndian(array[SealHeader.Length..], words);
    }

    private static FormatFault? Level(CkksContext context, ReadOnlySpan<byte> members, bool isKey, FieldPath path, out int level)
    {
        var id = ParametersId.Read(members);
        if (!context.TryFindLevel(id, out level))
        {
            return path.Fault("ckks.parameters", "parms_id", $"{id} is no level of these parameters (first level {context.IdOf(context.DataPrimeCount)}): make it under the parameters that this service states.");
        }

        if (isKey && level != context.PrimeCount)
        {
            return path.Fault("ckks.level", "parms_id", "A key stands at the key level, over all primes.");
        }

        return !isKey && level > context.DataPrimeCount
            ? Stranger(context, members, level, path) ?? path.Fault("ckks.level", "parms_id", "It stands at the key level: a ciphertext has the data primes alone. Is it a public key?")
            : null;
    }

    private static FormatFault? Array(SealVersion version, ReadOnlySpan<byte> array, int size, int level, int degree, double scale, FieldPath path, out CiphertextHead head)
    {
        head = default;
        var count = Word(array, SealHeader.Length);
        var isSeeded = size == 2 && count == (ulong)(level * degree);
        if (!isSeeded && count != (ulong)(size * level * degree))
        {
            return path.Fault("ckks.length", "data.size", $"It holds {count} words; {size * level * degree} belong{(size == 2 ? $", or {level * degree} and a seed" : "")}.");
        }

        head = new CiphertextHead(level, size, scale, isSeeded);
        return SealHeader.TryReadNested(array, version, CiphertextLayout.ArrayHead + (8L * (long)count), path, "data");
    }

    /// <summary>Secret keys and plaintexts have the same start: id, count, scale, array.</summary>
    private static FormatFault? Stranger(CkksContext context, ReadOnlySpan<byte> members, int level, FieldPath path)
    {
        const int CountAt = ParametersId.Length;
        var words = (ulong)(level * context.Degree);
        return Word(members, CountAt) != words || Word(members, CountAt + 16 + SealHeader.Length) != words ? null
            : level == context.PrimeCount ? SecretKeyFault(path)
            : path.Fault("ckks.plaintext", "", "It is a plaintext, which is not encrypted: nothing of it was kept. Encrypt it first.");
    }

    public static FormatFault SecretKeyFault(FieldPath path) =>
        path.Fault("ckks.secret-key", "", "It is a secret key: nothing of it was kept. It must never leave its owner; treat it as disclosed and make new keys.");

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
