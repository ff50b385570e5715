using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using Native = Microsoft.Research.SEAL;

namespace PrivacyGrains.Ckks.Seal;

/// <summary>Evaluation by native Microsoft SEAL 4.1.1 through SEALNet. Word for word what <see cref="CkksEvaluator"/> gives, and slower: for whoever trusts SEAL's own code more. Not thread-safe.</summary>
/// <remarks>
/// Every operand is passed by SEAL's serialized format and every result read back by our reader. One number for every slot is encoded by SEAL's encoder and multiplied as a plaintext. A result that everyone could read (a ciphertext less itself) is refused by SEAL, with its exception; the managed evaluator
/// refuses only products with zero. The package's own parser of serialized objects is older than SEAL's hardening of 4.4: what comes from outside goes through our reader first.
/// </remarks>
public sealed class SealEvaluator : ICkksEvaluator, IDisposable
{
    private readonly NativeContext _native;
    private readonly Native.Evaluator _evaluator;
    private readonly Native.CKKSEncoder _encoder;
    private readonly Native.Ciphertext _a = new();
    private readonly Native.Ciphertext _b = new();
    private readonly Native.Ciphertext _result = new();
    private readonly Native.Plaintext _plain = new();

    /// <summary>Makes SEAL's context.</summary>
    /// <param name="context">The parameters.</param>
    /// <exception cref="ArgumentException">SEAL does not take them.</exception>
    /// <exception cref="DllNotFoundException">SEAL's native library is not beside the program, or not for this machine.</exception>
    public SealEvaluator(CkksContext context)
    {
        Context = context;
        _native = new NativeContext(context);
        _evaluator = new Native.Evaluator(_native.Context);
        _encoder = new Native.CKKSEncoder(_native.Context);
    }

    /// <inheritdoc/>
    public CkksContext Context { get; }

    /// <inheritdoc/>
    public void Add(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        OperandRules.Alike(a, b);
        _native.ToNative(a, _a);
        _native.ToNative(b, _b);
        _evaluator.Add(_a, _b, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Subtract(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        OperandRules.Alike(a, b);
        _native.ToNative(a, _a);
        _native.ToNative(b, _b);
        _evaluator.Sub(_a, _b, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Negate(Ciphertext a, Ciphertext destination)
    {
        _native.ToNative(a, _a);
        _evaluator.Negate(_a, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void AddPlain(Ciphertext a, Plaintext p, Ciphertext destination)
    {
        OperandRules.SameLevel(a.PrimeCount, p.PrimeCount);
        OperandRules.SameScale(a.Scale, p.Scale);
        _native.ToNative(a, _a);
        _native.ToNative(p, _plain);
        _evaluator.AddPlain(_a, _plain, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void MultiplyPlain(Ciphertext a, Plaintext p, Ciphertext destination)
    {
        OperandRules.SameLevel(a.PrimeCount, p.PrimeCount);
        OperandRules.Product(Context, a.PrimeCount, a.Scale, p.Scale);
        OperandRules.NotZero(!p.Words.ContainsAnyExcept(0UL), nameof(p));
        _native.ToNative(a, _a);
        _native.ToNative(p, _plain);
        _evaluator.MultiplyPlain(_a, _plain, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void MultiplyScalar(Ciphertext a, double value, double scale, Ciphertext destination)
    {
        OperandRules.Product(Context, a.PrimeCount, a.Scale, scale);
        OperandRules.NotZero(OperandRules.Scaled(Context, a.PrimeCount, value, scale) == 0, nameof(value));
        _native.ToNative(a, _a);
        _encoder.Encode(value, _native.Level(a.PrimeCount), scale, _plain);
        _evaluator.MultiplyPlain(_a, _plain, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void AddScalar(Ciphertext a, double value, Ciphertext destination)
    {
        OperandRules.Scaled(Context, a.PrimeCount, value, a.Scale);
        _native.ToNative(a, _a);
        _encoder.Encode(value, _native.Level(a.PrimeCount), a.Scale, _plain);
        _evaluator.AddPlain(_a, _plain, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Multiply(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        OperandRules.Size(a, 2);
        OperandRules.Size(b, 2);
        OperandRules.SameLevel(a.PrimeCount, b.PrimeCount);
        OperandRules.Product(Context, a.PrimeCount, a.Scale, b.Scale);
        _native.ToNative(a, _a);
        _native.ToNative(b, _b);
        _evaluator.Multiply(_a, _b, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Square(Ciphertext a, Ciphertext destination)
    {
        OperandRules.Size(a, 2);
        OperandRules.Product(Context, a.PrimeCount, a.Scale, a.Scale);
        _native.ToNative(a, _a);
        _evaluator.Square(_a, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Relinearize(Ciphertext a, RelinearizationKeys keys, Ciphertext destination)
    {
        OperandRules.Size(a, 3);
        _native.ToNative(a, _a);
        _evaluator.Relinearize(_a, _native.Of(keys), _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Rescale(Ciphertext a, Ciphertext destination)
    {
        if (a.PrimeCount < 2)
        {
            throw new ArgumentException("The ciphertext is at the last level: nothing is left to rescale by. Take parameters with more primes.", nameof(a));
        }

        _native.ToNative(a, _a);
        _evaluator.RescaleToNext(_a, _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void DropTo(Ciphertext a, int primeCount, Ciphertext destination)
    {
        if (primeCount < 1 || primeCount > a.PrimeCount)
        {
            throw new ArgumentOutOfRangeException(nameof(primeCount), primeCount, $"A ciphertext at {a.PrimeCount} primes drops to 1 to {a.PrimeCount}.");
        }

        OperandRules.ScaleFits(Context, primeCount, a.Scale);
        _native.ToNative(a, _a);
        _evaluator.ModSwitchTo(_a, _native.Level(primeCount), _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Rotate(Ciphertext a, int steps, GaloisKeys keys, Ciphertext destination)
    {
        OperandRules.Size(a, 2);
        if (steps != 0 && !keys.Keys.ContainsKey(GaloisKeys.ElementOf(Context, steps)))
        {
            var missing = RotationSteps.NonAdjacentForm(steps).FirstOrDefault(s => Math.Abs(s) != Context.SlotCount && !keys.Keys.ContainsKey(GaloisKeys.ElementOf(Context, s)));
            if (missing != 0)
            {
                throw new ArgumentException($"There is no key for a rotation by {steps} steps, nor for its part {missing}.", nameof(keys));
            }
        }

        _native.ToNative(a, _a);
        _evaluator.RotateVector(_a, steps, _native.Of(keys), _result);
        Take(destination);
    }

    /// <inheritdoc/>
    public void Conjugate(Ciphertext a, GaloisKeys keys, Ciphertext destination)
    {
        OperandRules.Size(a, 2);
        if (!keys.Keys.ContainsKey(GaloisKeys.ConjugationOf(Context)))
        {
            throw new ArgumentException("There is no key for conjugation.", nameof(keys));
        }

        _native.ToNative(a, _a);
        _evaluator.ComplexConjugate(_a, _native.Of(keys), _result);
        Take(destination);
    }

    /// <summary>Frees SEAL's objects.</summary>
    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _result.Dispose();
        _plain.Dispose();
        _encoder.Dispose();
        _evaluator.Dispose();
        _native.Dispose();
    }

    private void Take(Ciphertext destination) => _native.FromNative(_result, destination);
}
