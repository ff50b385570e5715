using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests;

/// <summary>Any number of threads gives the same words; one of them allocates nothing.</summary>
public sealed class ThreadTests : IDisposable
{
    private const double Scale = 1099511627776; // 2^40
    private static readonly CkksContext Context = new(CkksParameters.OfBits(8192, 60, 40, 40, 60));

    private readonly KeyGenerator _keys = new(Context, new AesCtrRandomSource(new byte[16]));
    private readonly RelinearizationKeys _relinearization;
    private readonly GaloisKeys _galois;

    public ThreadTests() => (_relinearization, _galois) = (_keys.CreateRelinearizationKeys(), _keys.CreateGaloisKeys([1, 2, -4], conjugation: true));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    public void Operations_ByAnyNumberOfThreads_GiveTheSameWords(int threads)
    {
        var one = new List<ulong[]>();
        var many = new List<ulong[]>();
        Run(new CkksEvaluator(Context), c => one.Add(c.Words.ToArray()));
        Run(new CkksEvaluator(Context, threads), c => many.Add(c.Words.ToArray()));
        Assert.Equal(10, one.Count);
        Assert.All(one.Zip(many), p => Assert.True(p.First.AsSpan().SequenceEqual(p.Second)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Threads_OutOfRange_AreRefused(int threads) => Assert.Throws<ArgumentOutOfRangeException>(() => new CkksEvaluator(Context, threads));

    [Fact]
    public void Operations_ByOneThread_AllocateNothing()
    {
        var evaluator = new CkksEvaluator(Context);
        var (x, plaintext, product, result) = (Random(1), new Plaintext(), new Ciphertext(), new Ciphertext());
        var encoder = new CkksEncoder(Context);
        var (encryptor, publicKey) = (new Encryptor(Context, SystemRandomSource.Instance), _keys.CreatePublicKey());
        double[] values = [1, 2, 3];
        var decoded = new double[Context.SlotCount];
        Dictionary<string, Action> operations = new(StringComparer.Ordinal)
        {
            ["Encode"] = () => encoder.Encode(values, Scale, 3, plaintext),
            ["Decode"] = () => encoder.Decode(plaintext, decoded),
            ["Encrypt"] = () => encryptor.Encrypt(plaintext, publicKey, result),
            ["Add"] = () => evaluator.Add(x, x, result),
            ["Subtract"] = () => evaluator.Subtract(x, x, result),
            ["Negate"] = () => evaluator.Negate(x, result),
            ["AddPlain"] = () => evaluator.AddPlain(x, plaintext, result),
            ["AddScalar"] = () => evaluator.AddScalar(x, 3, result),
            ["MultiplyPlain"] = () => evaluator.MultiplyPlain(x, plaintext, result),
            ["MultiplyScalar"] = () => evaluator.MultiplyScalar(x, 3, Scale, result),
            ["Multiply"] = () => evaluator.Multiply(x, x, product),
            ["Relinearize"] = () => evaluator.Relinearize(product, _relinearization, product),
            ["Rescale"] = () => evaluator.Rescale(product, result),
            ["DropTo"] = () => evaluator.DropTo(x, 2, result),
            ["Rotate"] = () => evaluator.Rotate(x, 1, _galois, result),
            ["Rotate by parts"] = () => evaluator.Rotate(x, -3, _galois, result),
            ["Conjugate"] = () => evaluator.Conjugate(x, _galois, result),
        };

        // Memory of destinations is exchanged, not copied: after a few rounds every piece has its size.
        for (var i = 0; i < 6; i++)
        {
            Assert.All(operations.Values, static operation => operation());
        }

        foreach (var (name, operation) in operations)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            operation();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal((name, 0), (name, allocated));
        }
    }

    public void Dispose() => _keys.Dispose();

    private void Run(CkksEvaluator evaluator, Action<Ciphertext> see)
    {
        var (x, y, z, plaintext) = (Random(1), Random(2), new Ciphertext(), new Plaintext());
        new CkksEncoder(Context).Encode([0.5, -2], Scale, 3, plaintext);
        void Do(Action operation)
        {
            operation();
            see(z);
        }

        Do(() => evaluator.Add(x, y, z));
        Do(() => evaluator.MultiplyPlain(x, plaintext, z));
        Do(() => evaluator.MultiplyScalar(x, -1.5, Scale, z));
        Do(() => evaluator.Multiply(x, y, z));
        Do(() => evaluator.Rescale(z, z)); // of three polynomials
        Do(() => evaluator.Relinearize(z, _relinearization, z));
        Do(() => evaluator.Rescale(z, z));
        Do(() => evaluator.Rotate(x, 1, _galois, z));
        Do(() => evaluator.Rotate(z, -3, _galois, z)); // -4 and 1
        Do(() => evaluator.Conjugate(z, _galois, z));
    }

    private Ciphertext Random(byte seed)
    {
        var source = new AesCtrRandomSource([.. Enumerable.Repeat(seed, 16)]);
        var (plaintext, ciphertext) = (new Plaintext(), new Ciphertext());
        new CkksEncoder(Context).Encode([.. Enumerable.Range(0, Context.SlotCount).Select(i => Math.Sin(seed * i))], Scale, 3, plaintext);
        new Encryptor(Context, source).EncryptSymmetric(plaintext, _keys.SecretKey, ciphertext);
        return ciphertext;
    }
}
