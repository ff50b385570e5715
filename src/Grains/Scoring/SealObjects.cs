using System.Buffers;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Flooding;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>A request's ciphertexts, one after another, and an answer's.</summary>
internal static class SealObjects
{
    /// <summary>Reads exactly as many ciphertexts as there are places; each object's header says how long it is.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="body">Untrusted.</param>
    /// <param name="inputs">Filled.</param>
    /// <param name="framing">The first one's: answers are written so.</param>
    /// <param name="cancellationToken">Looked at between them.</param>
    public static Refusal? TryReadAll(CkksContext context, ReadOnlyMemory<byte> body, Ciphertext[] inputs, out SealFraming framing, CancellationToken cancellationToken)
    {
        framing = default;
        var places = new ReadOnlyMemory<byte>[inputs.Length];
        var rest = body;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (rest.IsEmpty)
            {
                return new Refusal("scoring.score-inputs", $"The layout has {inputs.Length} ciphertexts; {i} came.", RefusalKind.Invalid);
            }

            if (SealHeader.TryRead(rest.Span, out var header) is { } fault)
            {
                return At(i, fault);
            }

            if (header.Size > rest.Length)
            {
                return At(i, new FormatFault("ckks.truncated", "ciphertext", $"Its header says {header.Size} bytes; {rest.Length} came."));
            }

            framing = i == 0 ? header.Framing : framing;
            (places[i], rest) = (rest[..(int)header.Size], rest[(int)header.Size..]);
        }

        if (!rest.IsEmpty)
        {
            return new Refusal("scoring.score-inputs", $"The layout has {inputs.Length} ciphertexts; {rest.Length} bytes stand after the last.", RefusalKind.Invalid);
        }

        var faults = new FormatFault?[inputs.Length];
        Parallel.For(0, inputs.Length, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            inputs[i] = new Ciphertext();
            faults[i] = SealReader.ReadCiphertext(context, places[i].Span, inputs[i], out _);
        });
        var first = Array.FindIndex(faults, f => f is not null);
        return first < 0 ? null : At(first, faults[first]!);
    }

    /// <summary>Writes ciphertexts one after another.</summary>
    public static ReadOnlyMemory<byte> Write(CkksContext context, IReadOnlyList<Ciphertext> ciphertexts, SealFraming framing)
    {
        var writer = new ArrayBufferWriter<byte>();
        foreach (var ciphertext in ciphertexts)
        {
            SealWriter.WriteCiphertext(context, ciphertext, framing, writer);
        }

        return writer.WrittenMemory;
    }

    /// <summary>Encryption parameters in a dialect, not packed.</summary>
    public static ReadOnlyMemory<byte> Parameters(CkksContext context, SealVersion version)
    {
        var writer = new ArrayBufferWriter<byte>();
        SealWriter.WriteParameters(context.Parameters, new SealFraming(version, SealCompression.None), writer);
        return writer.WrittenMemory;
    }

    /// <summary>What hides all but the scores, under a client's public key.</summary>
    public static AnswerFlooding Flooding(CkksContext context, ScoringPlan plan, PublicKey key) => new(context, key, plan.FloodingDeviation, SystemRandomSource.Instance);

    /// <summary>Reads a packing's name; null for the request's own.</summary>
    public static bool TryPacking(string name, out SealCompression? packing)
    {
        packing = name switch
        {
            "none" => SealCompression.None,
            "zlib" => SealCompression.Zlib,
            "zstd" => SealCompression.Zstd,
            _ => null,
        };
        return packing is not null || name.Length == 0;
    }

    private static Refusal At(int index, FormatFault fault) => new(fault.Code, $"Ciphertext {index}: {fault.Field}: {fault.Message}", RefusalKind.Invalid);
}
