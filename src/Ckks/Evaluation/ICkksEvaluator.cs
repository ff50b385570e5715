using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>What is computed on ciphertexts, without any key but evaluation keys. Ours runs everywhere; native SEAL can stand behind it in a build of its own.</summary>
/// <remarks>
/// A destination may be an operand. Every word of a result is fully reduced. Operations are exact on integers: two implementations give the same words.
/// A mismatch of level, scale or size is the caller's bug and throws <see cref="ArgumentException"/>: circuits check beforehand (<c>Circuits</c>). Not thread-safe: one evaluator for each thread.
/// </remarks>
public interface ICkksEvaluator
{
    /// <summary>The parameters.</summary>
    CkksContext Context { get; }

    /// <summary>a + b: same level, scales the same up to rounding of doubles.</summary>
    void Add(Ciphertext a, Ciphertext b, Ciphertext destination);

    /// <summary>a - b.</summary>
    void Subtract(Ciphertext a, Ciphertext b, Ciphertext destination);

    /// <summary>-a.</summary>
    void Negate(Ciphertext a, Ciphertext destination);

    /// <summary>a + p: same level and scale.</summary>
    void AddPlain(Ciphertext a, Plaintext p, Ciphertext destination);

    /// <summary>a p, slot by slot; the scales are multiplied. An all-zero p is refused: the result would show that it is zero.</summary>
    void MultiplyPlain(Ciphertext a, Plaintext p, Ciphertext destination);

    /// <summary>a times one number in every slot; the same words as <see cref="MultiplyPlain"/> by its encoding, without encoding it.</summary>
    /// <param name="a">A ciphertext.</param>
    /// <param name="value">Finite; rounds to something other than zero at <paramref name="scale"/>.</param>
    /// <param name="scale">What the number is multiplied by; the result's scale is multiplied by it.</param>
    /// <param name="destination">Overwritten.</param>
    void MultiplyScalar(Ciphertext a, double value, double scale, Ciphertext destination);

    /// <summary>a plus one number in every slot, at a's own scale.</summary>
    void AddScalar(Ciphertext a, double value, Ciphertext destination);

    /// <summary>a b, both of size 2: a result of size 3; the scales are multiplied.</summary>
    void Multiply(Ciphertext a, Ciphertext b, Ciphertext destination);

    /// <summary>a a.</summary>
    void Square(Ciphertext a, Ciphertext destination);

    /// <summary>From size 3 back to 2.</summary>
    void Relinearize(Ciphertext a, RelinearizationKeys keys, Ciphertext destination);

    /// <summary>Divides by the level's last prime, rounding, and drops it; so is the scale divided.</summary>
    void Rescale(Ciphertext a, Ciphertext destination);

    /// <summary>Drops primes without dividing ("modulus switching"); the scale stays.</summary>
    void DropTo(Ciphertext a, int primeCount, Ciphertext destination);

    /// <summary>Rotates the slots to the left (negative: to the right). Takes the step's own key, else the keys of its non-adjacent form.</summary>
    void Rotate(Ciphertext a, int steps, GaloisKeys keys, Ciphertext destination);

    /// <summary>The complex conjugate of every slot.</summary>
    void Conjugate(Ciphertext a, GaloisKeys keys, Ciphertext destination);
}
