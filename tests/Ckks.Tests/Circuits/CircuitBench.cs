using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Flooding;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests.Circuits;

/// <summary>A client and a server over one plan: encrypts rows in the plan's layout, scores them, decrypts the answers.</summary>
internal sealed class CircuitBench : IDisposable
{
    private readonly CkksEncoder _encoder;
    private readonly KeyGenerator _keys;

    public CircuitBench(CkksParameters parameters, EncryptedModel model, ScoringLayout layout, PlanOptions? options = null)
        : this(new CkksContext(parameters), ScoringPlan.Create(parameters, model, layout, options))
    {
    }

    public CircuitBench(CkksContext context, ScoringPlan plan)
    {
        (Context, Plan) = (context, plan);
        (_encoder, _keys) = (new CkksEncoder(Context), new KeyGenerator(Context, SystemRandomSource.Instance));
        Circuit = new ScoringCircuit(Context, Plan);
        PublicKey = _keys.CreatePublicKey();
        Relinearization = Plan.NeedsRelinearization ? _keys.CreateRelinearizationKeys() : null;
        Rotations = Plan.RotationSteps.IsEmpty ? null : _keys.CreateGaloisKeys(Plan.RotationSteps);
    }

    public CkksContext Context { get; }

    public ScoringPlan Plan { get; }

    public ScoringCircuit Circuit { get; }

    public PublicKey PublicKey { get; }

    public RelinearizationKeys? Relinearization { get; }

    public GaloisKeys? Rotations { get; }

    public SecretKey SecretKey => _keys.SecretKey;

    public static double[][] RandomRows(int count, int width, double bound)
    {
        var bytes = new byte[8 * count * width];
        using var source = new AesCtrRandomSource(new byte[16]);
        source.Fill(bytes);
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes).ToArray();
        return [.. Enumerable.Range(0, count).Select(r => Enumerable.Range(0, width).Select(i => bound * (((words[(r * width) + i] >> 11) * Math.ScaleB(2, -53)) - 1)).ToArray())];
    }

    public static double[] Weights(int count, double size) => [.. RandomRows(1, count, size)[0]];

    public Ciphertext[] Encrypt(double[][] rows) => Plan.Layout == ScoringLayout.Batched
        ? [.. Enumerable.Range(0, Plan.Model.Inputs).Select(i => EncryptSlots([.. rows.Select(r => r[i])]))]
        : [EncryptSlots([.. Enumerable.Range(0, Context.SlotCount).Select(s => s % Plan.Period < rows[0].Length ? rows[0][s % Plan.Period] : 0)])];

    public Ciphertext EncryptSlots(double[] slots)
    {
        var (plaintext, ciphertext) = (new Plaintext(), new Ciphertext());
        _encoder.Encode(slots, Plan.InputScale, Plan.InputLevel, plaintext);
        new Encryptor(Context, SystemRandomSource.Instance).Encrypt(plaintext, PublicKey, ciphertext);
        return ciphertext;
    }

    public double[] Decrypt(Ciphertext ciphertext)
    {
        var (plaintext, values) = (new Plaintext(), new double[Context.SlotCount]);
        new Decryptor(Context, SecretKey).Decrypt(ciphertext, plaintext);
        _encoder.Decode(plaintext, values);
        return values;
    }

    public Ciphertext[] Score(Ciphertext[] inputs, AnswerFlooding? flooding = null, int threads = 1)
    {
        var answers = Enumerable.Range(0, Plan.AnswerCount).Select(_ => new Ciphertext()).ToArray();
        var fault = new ScoringRunner(Circuit, threads).TryScore(inputs, Relinearization, Rotations, flooding, answers);
        Assert.Null(fault);
        Assert.All(answers, a => Assert.Equal((2, Plan.AnswerLevel, Plan.AnswerScale), (a.Size, a.PrimeCount, a.Scale)));
        return answers;
    }

    public AnswerFlooding Flooding() => new(Context, PublicKey, Plan.FloodingDeviation, SystemRandomSource.Instance);

    /// <summary>The largest difference between decrypted answers and the model in the clear.</summary>
    public double Error(double[][] rows, Ciphertext[] answers)
    {
        var decrypted = answers.Select(Decrypt).ToArray();
        var outputs = Plan.Model.Outputs;
        if (Plan.Layout == ScoringLayout.Batched)
        {
            return rows.Select((row, r) => Plan.Model.Score(row).Select((y, j) => Math.Abs(y - decrypted[j][r])).Max()).Max();
        }

        // A packed answer is repeated in all slots: each repetition is a sample of the error.
        var (expected, period) = (Plan.Model.Score(rows[0]), (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)outputs));
        return Enumerable.Range(0, Context.SlotCount).Where(s => s % period < outputs).Max(s => Math.Abs(expected[s % period] - decrypted[0][s]));
    }

    public void Dispose() => _keys.Dispose();
}
