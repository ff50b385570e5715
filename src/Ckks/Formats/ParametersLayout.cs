using System.Buffers.Binary;
using System.Collections.Immutable;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>Encryption parameters (<c>EncryptionParameters::save_members</c>): scheme 1 | N 8 | k 8 | k moduli, each an object of 24 | the plain modulus, 24.</summary>
internal static class ParametersLayout
{
    /// <summary>SEAL's own limit (<c>SEAL_COEFF_MOD_COUNT_MAX</c>).</summary>
    public const int MostPrimes = 64;

    private const int ModulusLength = SealHeader.Length + 8;
    private const byte Ckks = 2;

    public static int Length(int primes) => SealHeader.Length + 17 + (ModulusLength * (primes + 1));

    public static FormatFault? TryRead(SealVersion version, ReadOnlySpan<byte> body, FieldPath path, out CkksParameters? parameters)
    {
        parameters = null;
        if (body.Length < 17)
        {
            return path.Fault("ckks.truncated", "", "It ends before its moduli: send the whole object.");
        }

        if (body[0] != Ckks)
        {
            return path.Fault("ckks.parameters", "scheme", $"It is {body[0] switch { 1 => "BFV", 3 => "BGV", _ => $"scheme {body[0]}" }}; CKKS alone is served: make parameters of scheme ckks.");
        }

        var (degree, count) = (BinaryPrimitives.ReadUInt64LittleEndian(body[1..]), BinaryPrimitives.ReadUInt64LittleEndian(body[9..]));
        if (degree > CkksParameters.LargestDegree)
        {
            return path.Fault("ckks.parameters", "poly_modulus_degree", $"It is {degree}; at most {CkksParameters.LargestDegree} is served.");
        }

        if (count < 1 || count > CkksParameters.MostPrimes)
        {
            return path.Fault("ckks.parameters", "coeff_modulus", $"It has {count} primes; 1 to {CkksParameters.MostPrimes} are served.");
        }

        if (body.Length != Length((int)count) - SealHeader.Length)
        {
            return path.Fault("ckks.length", "coeff_modulus", $"{body.Length} bytes stand where {count} primes take {Length((int)count) - SealHeader.Length}.");
        }

        var primes = new ulong[count];
        for (var i = 0; i <= primes.Length; i++)
        {
            var modulus = body.Slice(17 + (ModulusLength * i), ModulusLength);
            var isPlain = i == primes.Length;
            if (SealHeader.TryReadNested(modulus, version, ModulusLength, path, isPlain ? "plain_modulus" : $"coeff_modulus[{i}]") is { } fault)
            {
                return fault;
            }

            var value = BinaryPrimitives.ReadUInt64LittleEndian(modulus[SealHeader.Length..]);
            if (!isPlain)
            {
                primes[i] = value;
            }
            else if (value != 0)
            {
                return path.Fault("ckks.parameters", "plain_modulus", "CKKS has none: it is 0.");
            }
        }

        return CkksParameters.TryCreate((int)degree, ImmutableArray.Create(primes), out parameters) is { } wrong
            ? path.Fault("ckks.parameters", wrong.StartsWith("degree", StringComparison.Ordinal) ? "poly_modulus_degree" : "coeff_modulus", $"{wrong}.")
            : null;
    }

    public static void Write(CkksParameters parameters, SealVersion version, Span<byte> body)
    {
        body[0] = Ckks;
        BinaryPrimitives.WriteUInt64LittleEndian(body[1..], (ulong)parameters.Degree);
        BinaryPrimitives.WriteUInt64LittleEndian(body[9..], (ulong)parameters.Primes.Length);
        for (var i = 0; i <= parameters.Primes.Length; i++)
        {
            var modulus = body[(17 + (ModulusLength * i))..];
            SealHeader.WriteNested(modulus, version, ModulusLength);
            BinaryPrimitives.WriteUInt64LittleEndian(modulus[SealHeader.Length..], i < parameters.Primes.Length ? parameters.Primes[i] : 0);
        }
    }
}
