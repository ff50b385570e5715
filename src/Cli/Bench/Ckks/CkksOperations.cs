using System.Buffers;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Cli.Bench.Ckks;

/// <summary>Our side: each operation once, on operands that are ready.</summary>
internal sealed class CkksOperations : IDisposable
{
    private static readonly SealFraming Framing = new(new SealVersion(4, 1), SealCompression.None);

    private readonly KeyGenerator _keys;

    /// <summary>Makes keys and operands.</summary>
    /// <param name="set">The parameters.</param>
    /// <param name="threads">Of the evaluator and the linear score.</param>
    public CkksOperations(CkksSet set, int threads)
    {
        Context = new CkksContext(CkksParameters.OfBits(set.Degree, set.Bits));
        _keys = new KeyGenerator(Context, SystemRandomSource.Instance);
        var (encoder, evaluator, encryptor, decryptor) = (new CkksEncoder(Context), new CkksEvaluator(Context, threads), new Encryptor(Context, SystemRandomSource.Instance), new Decryptor(Context, _keys.SecretKey));
        var (publicKey, relinearization, galois) = (_keys.CreatePublicKey(), _keys.CreateRelinearizationKeys(), _keys.CreateGaloisKeys([1]));
        var (level, scale) = (Context.DataPrimeCount, Math.ScaleB(1, set.ScaleBits));
        double[] values = [.. Enumerable.Range(0, Context.SlotCount).Select(static i => Math.Sin(i))];
        var (plain, otherPlain, decoded) = (new Plaintext(), new Plaintext(), new double[Context.SlotCount]);
        var (x, y, product, result) = (new Ciphertext(), new Ciphertext(), new Ciphertext(), new Ciphertext());
        encoder.Encode(values, scale, level, plain);
        encryptor.Encrypt(plain, publicKey, x);
        encryptor.Encrypt(plain, publicKey, y);
        evaluator.Multiply(x, y, product);
        var seed = encryptor.EncryptSymmetric(plain, _keys.SecretKey, result);
        var seeded = new ArrayBufferWriter<byte>();
        SealWriter.WriteCiphertext(Context, result, Framing, seeded, seed);
        var words = plain.Residues(0).ToArray();
        All = new Dictionary<string, Action>(StringComparer.Ordinal)
        {
            ["ntt"] = () => Context.Transforms[0].Forward(words),
            ["add"] = () => evaluator.Add(x, y, result),
            ["multiply-plain"] = () => evaluator.MultiplyPlain(x, plain, result),
            ["multiply"] = () => evaluator.Multiply(x, y, result),
            ["relinearize"] = () => evaluator.Relinearize(product, relinearization, result),
            ["rescale"] = () => evaluator.Rescale(x, result),
            ["rotate"] = () => evaluator.Rotate(x, 1, galois, result),
            ["encode"] = () => encoder.Encode(values, scale, level, otherPlain),
            ["decode"] = () => encoder.Decode(plain, decoded),
            ["encrypt"] = () => encryptor.Encrypt(plain, publicKey, result),
            ["encrypt-symmetric"] = () => encryptor.EncryptSymmetric(plain, _keys.SecretKey, result),
            ["decrypt"] = () => decryptor.Decrypt(x, otherPlain),
            ["load-seeded"] = () => Accepted(SealReader.ReadCiphertext(Context, seeded.WrittenSpan, result, out _)),
            ["linear"] = set.Features == 0 ? static () => { } : Linear(set.Features, values, encoder, encryptor, publicKey, threads),
        };
    }

    /// <summary>The parameters.</summary>
    public CkksContext Context { get; }

    /// <summary>By their names.</summary>
    public IReadOnlyDictionary<string, Action> All { get; }

    /// <summary>Clears the secret key.</summary>
    public void Dispose() => _keys.Dispose();

    // As the service scores, but without the flooding of its answers: SEAL's programs have none.
    private Action Linear(int features, double[] values, CkksEncoder encoder, Encryptor encryptor, PublicKey key, int threads)
    {
        var model = EncryptedModel.Linear([.. Enumerable.Range(0, features).Select(static i => 0.1 + (i / 50.0))], 0.5, 1);
        var plan = ScoringPlan.Create(Context.Parameters, model, ScoringLayout.Batched);
        var (plain, runner, answers) = (new Plaintext(), new ScoringRunner(new ScoringCircuit(Context, plan), threads), new[] { new Ciphertext() });
        encoder.Encode(values, plan.InputScale, plan.InputLevel, plain);
        var inputs = new Ciphertext[features];
        foreach (ref var input in inputs.AsSpan())
        {
            encryptor.Encrypt(plain, key, input = new Ciphertext());
        }

        return () => Accepted(runner.TryScore(inputs, null, null, null, answers));
    }

    private static void Accepted(object? fault)
    {
        if (fault is not null)
        {
            throw new InvalidOperationException($"What was measured is refused: {fault}");
        }
    }
}
