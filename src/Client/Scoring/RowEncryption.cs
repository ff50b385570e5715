using System.Buffers;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Client.Scoring;

/// <summary>Rows to ciphertexts and answers to numbers, as a layout says. On the client's side.</summary>
internal static class RowEncryption
{
    /// <summary>Encrypts up to as many rows as one request takes: under the secret key, so that half of each ciphertext is a seed.</summary>
    /// <param name="keys">The client's.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="rows">Scaled, within the bound.</param>
    /// <param name="framing">Dialect and packing.</param>
    /// <returns>SEAL objects one after another.</returns>
    public static byte[] Encrypt(ScoringKeys keys, EncryptedLayoutBody layout, IReadOnlyList<double[]> rows, SealFraming framing)
    {
        var objects = new ReadOnlyMemory<byte>[layout.Ciphertexts];
        Parallel.For(0, objects.Length, () => new Scratch(keys.Context), (i, _, scratch) =>
        {
            Fill(scratch.Slots, layout, rows, i);
            scratch.Encoder.Encode(scratch.Slots, layout.Scale, layout.LeastPrimeCount, scratch.Plain);
            var seed = scratch.Encryptor.EncryptSymmetric(scratch.Plain, keys.Secret, scratch.Cipher);
            var writer = new ArrayBufferWriter<byte>();
            SealWriter.WriteCiphertext(keys.Context, scratch.Cipher, framing, writer, seed);
            objects[i] = writer.WrittenMemory;
            return scratch;
        }, static scratch => Array.Clear(scratch.Slots));
        var body = new byte[objects.Sum(o => o.Length)];
        var at = 0;
        foreach (var one in objects)
        {
            one.CopyTo(body.AsMemory(at));
            at += one.Length;
        }

        return body;
    }

    /// <summary>Decrypts an answer.</summary>
    /// <param name="keys">The client's.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="rows">How many rows were sent.</param>
    /// <param name="outputs">Answers to a row.</param>
    /// <param name="answer">SEAL objects one after another.</param>
    /// <returns>For each row its answers.</returns>
    /// <exception cref="GatewayException"><c>scoring.bad-answer</c>.</exception>
    public static double[][] Decrypt(ScoringKeys keys, EncryptedLayoutBody layout, int rows, int outputs, ReadOnlySpan<byte> answer)
    {
        var scores = Enumerable.Range(0, rows).Select(_ => new double[outputs]).ToArray();
        var decryptor = new Decryptor(keys.Context, keys.Secret);
        var scratch = new Scratch(keys.Context);
        for (var i = 0; i < layout.Answers; i++)
        {
            if (SealHeader.TryRead(answer, out var header) is { } cut || header.Size > answer.Length)
            {
                throw new GatewayException("scoring.bad-answer", 0, $"The answer ends before its ciphertext {i} of {layout.Answers}.");
            }

            if (SealReader.ReadCiphertext(keys.Context, answer[..(int)header.Size], scratch.Cipher, out _) is { } fault)
            {
                throw new GatewayException("scoring.bad-answer", 0, $"Ciphertext {i} of the answer: {fault}");
            }

            answer = answer[(int)header.Size..];
            decryptor.Decrypt(scratch.Cipher, scratch.Plain);
            scratch.Encoder.Decode(scratch.Plain, scratch.Slots);
            for (var row = 0; row < rows; row++)
            {
                if (layout.Period == 0)
                {
                    scores[row][i] = scratch.Slots[row];
                }
                else
                {
                    scratch.Slots.AsSpan(0, outputs).CopyTo(scores[row]);
                }
            }
        }

        return scores;
    }

    private static void Fill(double[] slots, EncryptedLayoutBody layout, IReadOnlyList<double[]> rows, int ciphertext)
    {
        Array.Clear(slots);
        if (layout.Period == 0)
        {
            for (var row = 0; row < rows.Count; row++)
            {
                slots[row] = rows[row][ciphertext];
            }

            return;
        }

        for (var at = 0; at < slots.Length; at += layout.Period)
        {
            rows[0].CopyTo(slots, at);
        }
    }

    private sealed class Scratch(CkksContext context)
    {
        public CkksEncoder Encoder { get; } = new(context);

        public Encryptor Encryptor { get; } = new(context, SystemRandomSource.Instance);

        public Plaintext Plain { get; } = new();

        public Ciphertext Cipher { get; } = new();

        public double[] Slots { get; } = new double[context.SlotCount];
    }
}
