using System.Collections.Concurrent;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Flooding;

/// <summary>Makes an answer one that depends on the score and on nothing else of the model: an encryption of zero under the client's key is added, and Gaussian noise. Thread-safe where its random source is.</summary>
/// <remarks>
/// Source: Kluczniak, Santato, "On circuit private, multikey and threshold approximate homomorphic encryption", 2023: circuit privacy of CKKS by a Gaussian exponentially wider than the evaluated ciphertext's error, which they show to be needed too. The statement used here is the elementary one: with e the circuit's error, ||e|| at most E, a Gaussian of deviation 2^k E for each
/// coefficient is moved by statistical distance at most ||e|| / (2 deviation) (Pinsker), so two circuits with one score differ by at most 2^-k; the encryption of zero makes the other polynomial pseudorandom also to who has the key (ring-LWE with the fresh u). E is the plan's predicted bound for ciphertexts that were encrypted as the scheme says.
/// Security model: a client that made its public key as the scheme says and does not keep to less afterwards (semi-honest). One that did not undoes the re-randomising: with a small second polynomial of its key the answer's second polynomial is nearly the circuit's; with a first polynomial
/// of -(a s) plus a large K, decryption shows K u, so u, so again the circuit's second polynomial; a linear model's weights can then be solved for. A seed in the second polynomial's place excludes the first way only. To exclude both the client would have to prove its key well formed
/// (maliciously circuit-private encryption: Ostrovsky, Paskin-Cherniavsky, Paskin-Cherniavsky 2014); nothing here does.
/// Does not give: anything about the scores themselves. Whoever chooses rows learns a linear model from as many rows as it has weights; a client that encrypts odd things learns the model's value on those, to the answer's precision, in at most N numbers an answer. q answers add up to q 2^-k.
/// </remarks>
public sealed class AnswerFlooding
{
    private readonly CkksContext _context;
    private readonly PublicKey _key;
    private readonly IRandomSource _random;
    private readonly ConcurrentBag<Scratch> _scratch = [];

    /// <summary>Prepares.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="key">The client's, at the key level.</param>
    /// <param name="deviation">Of the noise, for each coefficient, at the answer's scale when it is flooded: <see cref="ScoringPlan.FloodingDeviation"/>.</param>
    /// <param name="random">A cryptographic source; thread-safe where answers are flooded on many threads.</param>
    /// <exception cref="ArgumentException">The key is of other parameters, or the deviation is out of range.</exception>
    public AnswerFlooding(CkksContext context, PublicKey key, double deviation, IRandomSource random)
    {
        if (key.Value.Size != 2 || key.Value.Degree != context.Degree || key.Value.PrimeCount != context.PrimeCount)
        {
            throw new ArgumentException("The public key has two polynomials at the key level of the parameters.", nameof(key));
        }

        if (!(deviation >= 0 && deviation <= WideGaussian.MostDeviation))
        {
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "A deviation is not negative and at most 2^116.");
        }

        (_context, _key, Deviation, _random) = (context, key, deviation, random);
    }

    /// <summary>The noise's standard deviation for each coefficient; at least 2^10.</summary>
    public double Deviation { get; }

    /// <summary>Floods an answer in place, before its last rescalings.</summary>
    /// <param name="answer">Of size 2.</param>
    public void Apply(Ciphertext answer)
    {
        OperandRules.Size(answer, 2);
        var scratch = _scratch.TryTake(out var known) ? known : new Scratch(_context);
        var level = answer.PrimeCount;
        if (_context.CanSwitchKeys)
        {
            ZeroEncryption.Asymmetric(_context, _key, _random, level + 1, scratch.Above);
            scratch.Division.Divide(scratch.Above, scratch.Zero);
        }
        else
        {
            ZeroEncryption.Asymmetric(_context, _key, _random, level, scratch.Zero);
        }

        WideGaussian.Fill(_random, Deviation, scratch.Noise);
        for (var prime = 0; prime < level; prime++)
        {
            var modulus = _context.Moduli[prime];
            var words = scratch.Words.AsSpan();
            for (var i = 0; i < words.Length; i++)
            {
                var number = scratch.Noise[i];
                var magnitude = (UInt128)Int128.Abs(number);
                var residue = modulus.Reduce((ulong)(magnitude >> 64), unchecked((ulong)magnitude));
                words[i] = number < 0 ? modulus.Negate(residue) : residue;
            }

            _context.Transforms[prime].Forward(words);
            ResidueLoops.Add(modulus, answer.Residues(0, prime), words, answer.Residues(0, prime));
            for (var polynomial = 0; polynomial < 2; polynomial++)
            {
                ResidueLoops.Add(modulus, answer.Residues(polynomial, prime), scratch.Zero.Residues(polynomial, prime), answer.Residues(polynomial, prime));
            }
        }

        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(scratch.Noise.AsSpan()));
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(scratch.Words.AsSpan()));
        _scratch.Add(scratch);
    }

    private sealed class Scratch(CkksContext context)
    {
        public LastPrimeDivision Division { get; } = new(context, new PrimeWorkers(1));

        public Ciphertext Above { get; } = new();

        public Ciphertext Zero { get; } = new();

        public Int128[] Noise { get; } = new Int128[context.Degree];

        public ulong[] Words { get; } = new ulong[context.Degree];
    }
}
