using System.Numerics;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Seal.Tests;

/// <summary>Native SEAL and the managed evaluator give the same words, scales and levels, for each operation over random inputs at each level.</summary>
public class DifferentialTests
{
    private const int Rounds = 3;

    public static TheoryData<int, int[], int> Sets => new()
    {
        { 4096, [40, 20, 40], 20 },
        { 4096, [36, 36, 37], 30 },
        { 8192, [60, 40, 40, 60], 40 },
        { 8192, [50, 30, 30, 30, 60], 30 },
        { 16384, [60, 40, 40, 40, 40, 40, 40, 60], 40 },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void EveryOperation_AtEveryLevel_GivesTheSameWords(int degree, int[] bits, int scaleBits)
    {
        var context = new CkksContext(CkksParameters.OfBits(degree, bits));
        using var pair = new Pair(context, Math.ScaleB(1, scaleBits), (byte)bits.Length);
        for (var round = 0; round < Rounds; round++)
        {
            for (var level = context.DataPrimeCount; level >= 1; level--)
            {
                var (x, y, p) = (pair.Fresh(level), pair.Fresh(level), pair.Plain(level));
                pair.Check($"add at {level}", (e, z) => e.Add(x, y, z));
                pair.Check($"subtract at {level}", (e, z) => e.Subtract(x, y, z));
                pair.Check($"negate at {level}", (e, z) => e.Negate(x, z));
                pair.Check($"add plain at {level}", (e, z) => e.AddPlain(x, p, z));
                pair.Check($"add scalar at {level}", (e, z) => e.AddScalar(x, pair.Number(), z));
                foreach (var steps in (int[])[1, -1, 4, 3, -5, (degree / 2) - 1, 0])
                {
                    pair.Check($"rotate by {steps} at {level}", (e, z) => e.Rotate(x, steps, pair.Galois, z));
                }

                pair.Check($"conjugate at {level}", (e, z) => e.Conjugate(x, pair.Galois, z));
                for (var lower = level; lower >= 1 && scaleBits < context.ModulusBits(lower); lower--)
                {
                    pair.Check($"drop from {level} to {lower}", (e, z) => e.DropTo(x, lower, z));
                }

                if (2 * scaleBits < context.ModulusBits(level))
                {
                    pair.Check($"multiply plain at {level}", (e, z) => e.MultiplyPlain(x, p, z));
                    pair.Check($"multiply scalar at {level}", (e, z) => e.MultiplyScalar(x, pair.Number(), x.Scale, z));
                    pair.Check($"square at {level}", (e, z) => e.Square(x, z));
                    var product = pair.Check($"multiply at {level}", (e, z) => e.Multiply(x, y, z));
                    pair.Check($"add products at {level}", (e, z) => e.Add(product, product, z));
                    var pressed = pair.Check($"relinearise at {level}", (e, z) => e.Relinearize(product, pair.Relinearization, z));
                    if (level > 1)
                    {
                        pair.Check($"rescale three polynomials at {level}", (e, z) => e.Rescale(product, z));
                        pair.Check($"rescale at {level}", (e, z) => e.Rescale(pressed, z));
                    }
                }
            }
        }
    }

    [Fact]
    public void Operands_ThatDoNotFit_AreRefusedAlike()
    {
        var context = new CkksContext(CkksParameters.OfBits(4096, 40, 20, 40));
        using var pair = new Pair(context, 1 << 20, 1);
        var (x, low) = (pair.Fresh(2), pair.Fresh(1));
        var few = new GaloisKeys(new Dictionary<int, SwitchingKey>());
        Action<ICkksEvaluator>[] mistakes =
        [
            e => e.Add(x, low, new Ciphertext()),
            e => e.MultiplyScalar(x, 0, 1024, new Ciphertext()),
            e => e.MultiplyScalar(x, 1, Math.ScaleB(1, 60), new Ciphertext()),
            e => e.Rescale(low, new Ciphertext()),
            e => e.Relinearize(x, pair.Relinearization, new Ciphertext()),
            e => e.DropTo(low, 2, new Ciphertext()),
            e => e.Rotate(x, 3, few, new Ciphertext()),
            e => e.Conjugate(x, few, new Ciphertext()),
        ];
        foreach (var mistake in mistakes)
        {
            var ours = Assert.ThrowsAny<ArgumentException>(() => mistake(pair.Managed));
            Assert.Equal(ours.Message, Assert.ThrowsAny<ArgumentException>(() => mistake(pair.Native)).Message);
        }
    }

    [Fact]
    public void Scores_OfACircuit_AreTheSameWords()
    {
        var context = new CkksContext(CkksParameters.OfBits(8192, 60, 40, 40, 60));
        var plan = ScoringPlan.Create(context.Parameters, EncryptedModel.Linear([0.5, -1, 0.25, 0], 2, 1), ScoringLayout.Packed);
        using var keys = new KeyGenerator(context, new AesCtrRandomSource(new byte[16]));
        var (plaintext, input, galois) = (new Plaintext(), new Ciphertext(), keys.CreateGaloisKeys(plan.RotationSteps));
        new CkksEncoder(context).Encode([.. Enumerable.Range(0, context.SlotCount).Select(i => i % plan.Period < 4 ? 0.1 * (i % plan.Period) : 0)], plan.InputScale, plan.InputLevel, plaintext);
        new Encryptor(context, new AesCtrRandomSource(new byte[16])).Encrypt(plaintext, keys.CreatePublicKey(), input);
        var circuit = new ScoringCircuit(context, plan);
        var (ours, theirs) = (new Ciphertext(), new Ciphertext());
        Assert.Null(new ScoringRunner(circuit).TryScore([input], null, galois, null, [ours]));
        Assert.Null(new ScoringRunner(circuit, 2, static c => new SealEvaluator(c)).TryScore([input], null, galois, null, [theirs]));
        Assert.Equal((ours.PrimeCount, ours.Scale), (theirs.PrimeCount, theirs.Scale));
        Assert.True(ours.Words.SequenceEqual(theirs.Words));
    }

    /// <summary>Both evaluators, keys, and random inputs at a fixed seed.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly CkksContext _context;
        private readonly double _scale;
        private readonly IRandomSource _random;
        private readonly KeyGenerator _keys;
        private readonly CkksEncoder _encoder;
        private double _number;

        public Pair(CkksContext context, double scale, byte seed)
        {
            (_context, _scale, _random) = (context, scale, new AesCtrRandomSource([.. Enumerable.Repeat(seed, 16)]));
            (_keys, _encoder, Managed, Native) = (new KeyGenerator(context, _random), new CkksEncoder(context), new CkksEvaluator(context, threads: 2), new SealEvaluator(context));
            Relinearization = _keys.CreateRelinearizationKeys();
            // 3 and -5 have no key of their own.
            Galois = _keys.CreateGaloisKeys([1, -1, 4, -4, (context.Degree / 2) - 1], conjugation: true);
        }

        public CkksEvaluator Managed { get; }

        public SealEvaluator Native { get; }

        public RelinearizationKeys Relinearization { get; }

        public GaloisKeys Galois { get; }

        public double Number() => _number;

        public Ciphertext Fresh(int level)
        {
            var ciphertext = new Ciphertext();
            new Encryptor(_context, _random).EncryptSymmetric(Plain(level), _keys.SecretKey, ciphertext);
            return ciphertext;
        }

        public Plaintext Plain(int level)
        {
            Span<byte> bytes = new byte[8 * _context.SlotCount];
            _random.Fill(bytes);
            var values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(w => new Complex(Math.ScaleB(w, -63), Math.ScaleB(w << 20, -63))).ToArray();
            _number = values[0].Real * 3;
            var plaintext = new Plaintext();
            _encoder.Encode(values, _scale, level, plaintext);
            return plaintext;
        }

        public Ciphertext Check(string what, Action<ICkksEvaluator, Ciphertext> operation)
        {
            var (ours, theirs) = (new Ciphertext(), new Ciphertext());
            operation(Managed, ours);
            operation(Native, theirs);
            Assert.Equal((what, ours.Size, ours.PrimeCount, ours.Scale), (what, theirs.Size, theirs.PrimeCount, theirs.Scale));
            Assert.True(ours.Words.SequenceEqual(theirs.Words), what);
            return ours;
        }

        public void Dispose()
        {
            Native.Dispose();
            _keys.Dispose();
        }
    }
}
