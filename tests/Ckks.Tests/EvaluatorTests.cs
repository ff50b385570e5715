using System.Numerics;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests;

public sealed class EvaluatorTests : IDisposable
{
    private const double Scale = 1099511627776; // 2^40

    private static readonly CkksContext Context = new(CkksParameters.OfBits(8192, 60, 40, 40, 60));

    private readonly CkksEncoder _encoder = new(Context);
    private readonly KeyGenerator _keys = new(Context, SystemRandomSource.Instance);
    private readonly CkksEvaluator _evaluator = new(Context);
    private readonly double[] _x = [.. Enumerable.Range(0, Context.SlotCount).Select(i => Math.Sin(i))];
    private readonly double[] _y = [.. Enumerable.Range(0, Context.SlotCount).Select(i => 2 * Math.Cos(3 * i))];

    [Theory]
    [InlineData(4096, new[] { 40, 20, 40 }, 1048576.0, 1e-3)]
    [InlineData(1024, new[] { 27 }, 1048576.0, 1e-3)]
    [InlineData(16384, new[] { 60, 40, 40, 60 }, 1152921504606846976.0, 1e-12)]
    public void Decode_OfWhatWasEncoded_IsIt(int degree, int[] bits, double scale, double tolerance)
    {
        var context = new CkksContext(CkksParameters.OfBits(degree, bits));
        var encoder = new CkksEncoder(context);
        var numbers = Enumerable.Range(0, context.SlotCount).Select(i => new Complex(Math.Sin(i), Math.Cos(2 * i))).ToArray();
        var plaintext = new Plaintext();
        encoder.Encode(numbers, scale, context.DataPrimeCount, plaintext);
        var decoded = new Complex[context.SlotCount];
        encoder.Decode(plaintext, decoded);
        Assert.All(numbers.Zip(decoded), p => Assert.True((p.First - p.Second).Magnitude < tolerance));
    }

    [Fact]
    public void Encode_OfSlots_EvaluatesThePolynomialAtThePowersOfThree()
    {
        // One coefficient of X: its slots are zeta^(3^i).
        var plaintext = new Plaintext();
        plaintext.Resize(1, Context.Degree);
        plaintext.Scale = 1048576;
        plaintext.Words.Clear();
        plaintext.Words[1] = 1048576;
        Context.Transforms[0].Forward(plaintext.Words);
        var slots = new Complex[3];
        _encoder.Decode(plaintext, slots);
        for (var i = 0; i < 3; i++)
        {
            Assert.True((slots[i] - Complex.Exp(new Complex(0, Math.PI * Math.Pow(3, i) / Context.Degree))).Magnitude < 1e-12);
        }
    }

    [Fact]
    public void Decrypt_UndoesBothKindsOfEncryption()
    {
        Assert.True(Error(Decrypt(Encrypt(_x)), _x) < 1e-7);
        var (plaintext, ciphertext) = (new Plaintext(), new Ciphertext());
        _encoder.Encode(_x, Scale, 3, plaintext);
        new Encryptor(Context, SystemRandomSource.Instance).EncryptSymmetric(plaintext, _keys.SecretKey, ciphertext);
        Assert.True(Error(Decrypt(ciphertext), _x) < 1e-7);
    }

    [Fact]
    public void Operations_ActOnEverySlot()
    {
        var (x, y, z) = (Encrypt(_x), Encrypt(_y), new Ciphertext());
        _evaluator.Add(x, y, z);
        Assert.True(Error(Decrypt(z), Pairs((a, b) => a + b)) < 1e-6);
        _evaluator.Subtract(x, y, z);
        Assert.True(Error(Decrypt(z), Pairs((a, b) => a - b)) < 1e-6);
        _evaluator.MultiplyScalar(x, -1.25, Scale, z);
        _evaluator.AddScalar(z, 3, z);
        Assert.True(Error(Decrypt(z), Pairs((a, _) => (-1.25 * a) + 3)) < 1e-6);

        _evaluator.Multiply(x, y, z);
        Assert.True(Error(Decrypt(z), Pairs((a, b) => a * b)) < 1e-6);
        _evaluator.Relinearize(z, _keys.CreateRelinearizationKeys(), z);
        _evaluator.Rescale(z, z);
        Assert.Equal((2, 2), (z.Size, z.PrimeCount));
        Assert.True(Error(Decrypt(z), Pairs((a, b) => a * b)) < 1e-5);
        Assert.Equal(Scale * Scale / Context.Moduli[2].Value, z.Scale);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-3)]
    [InlineData(100)]
    [InlineData(4095)]
    public void Rotate_TurnsTheSlots_AlsoByPartsAndInPlace(int steps)
    {
        var slots = Context.SlotCount;
        var keys = _keys.CreateGaloisKeys(Enumerable.Range(0, 12).SelectMany(i => new[] { 1 << i, -(1 << i) }), conjugation: true);
        var x = Encrypt(_x);
        _evaluator.Rotate(x, steps, keys, x);
        Assert.True(Error(Decrypt(x), [.. Enumerable.Range(0, slots).Select(i => _x[(i + steps + slots) % slots])]) < 1e-5);
        _evaluator.Conjugate(x, keys, x);
        Assert.True(Error(Decrypt(x), [.. Enumerable.Range(0, slots).Select(i => _x[(i + steps + slots) % slots])]) < 1e-5);
    }

    public void Dispose() => _keys.Dispose();

    private static double Error(double[] a, double[] b) => a.Zip(b).Max(p => Math.Abs(p.First - p.Second));

    private double[] Pairs(Func<double, double, double> f) => [.. _x.Zip(_y, f)];

    private Ciphertext Encrypt(double[] values)
    {
        var (plaintext, ciphertext) = (new Plaintext(), new Ciphertext());
        _encoder.Encode(values, Scale, 3, plaintext);
        new Encryptor(Context, SystemRandomSource.Instance).Encrypt(plaintext, _keys.CreatePublicKey(), ciphertext);
        return ciphertext;
    }

    private double[] Decrypt(Ciphertext ciphertext)
    {
        var plaintext = new Plaintext();
        new Decryptor(Context, _keys.SecretKey).Decrypt(ciphertext, plaintext);
        var values = new double[Context.SlotCount];
        _encoder.Decode(plaintext, values);
        return values;
    }
}
