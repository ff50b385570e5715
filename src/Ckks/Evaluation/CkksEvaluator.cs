using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>The managed evaluator. Its scratch memory is its own: at one thread operations allocate nothing once their destinations have their size. Not thread-safe, also where it has several threads of its own.</summary>
/// <remarks>RNS-CKKS (Cheon, Han, Kim, Kim, Song 2018). Results are word for word those of SEAL 3.6 to 4.4, for any number of threads: they share products, rescaling and key switching by primes.</remarks>
public sealed class CkksEvaluator : ICkksEvaluator
{
    private readonly PrimeWorkers _workers;
    private readonly LastPrimeDivision _division;
    private readonly KeySwitch? _switch;
    private readonly Ciphertext _scratch = new();

    /// <summary>Makes the scratch memory: about twice a fresh ciphertext's, and N words for each thread; with several threads half as much again.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="threads">How many share one operation, the caller's included: 1 to 64. Where many ciphertexts are computed on side by side, an evaluator of one thread for each is faster.</param>
    /// <exception cref="ArgumentOutOfRangeException">Threads out of range.</exception>
    public CkksEvaluator(CkksContext context, int threads = 1)
    {
        Context = context;
        _workers = new PrimeWorkers(threads);
        _division = new LastPrimeDivision(context, _workers);
        _switch = context.CanSwitchKeys ? new KeySwitch(context, _division, _workers) : null;
    }

    /// <inheritdoc/>
    public CkksContext Context { get; }

    private KeySwitch Switch => _switch ?? throw new ArgumentException("Parameters with one prime have no special prime: nothing is relinearised or rotated under them.");

    /// <inheritdoc/>
    public void Add(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        OperandRules.Alike(a, b);
        var scale = a.Scale;
        destination.Resize(a.Size, a.PrimeCount, a.Degree);
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            for (var prime = 0; prime < a.PrimeCount; prime++)
            {
                ResidueLoops.Add(Context.Moduli[prime], a.Residues(polynomial, prime), b.Residues(polynomial, prime), destination.Residues(polynomial, prime));
            }
        }

        destination.Scale = scale;
    }

    /// <inheritdoc/>
    public void Subtract(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        OperandRules.Alike(a, b);
        var scale = a.Scale;
        destination.Resize(a.Size, a.PrimeCount, a.Degree);
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            for (var prime = 0; prime < a.PrimeCount; prime++)
            {
                ResidueLoops.Subtract(Context.Moduli[prime], a.Residues(polynomial, prime), b.Residues(polynomial, prime), destination.Residues(polynomial, prime));
            }
        }

        destination.Scale = scale;
    }

    /// <inheritdoc/>
    public void Negate(Ciphertext a, Ciphertext destination)
    {
        var scale = a.Scale;
        destination.Resize(a.Size, a.PrimeCount, a.Degree);
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            for (var prime = 0; prime < a.PrimeCount; prime++)
            {
                ResidueLoops.Negate(Context.Moduli[prime], a.Residues(polynomial, prime), destination.Residues(polynomial, prime));
            }
        }

        destination.Scale = scale;
    }

    /// <inheritdoc/>
    public void AddPlain(Ciphertext a, Plaintext p, Ciphertext destination)
    {
        OperandRules.SameLevel(a.PrimeCount, p.PrimeCount);
        OperandRules.SameScale(a.Scale, p.Scale);
        destination.CopyFrom(a);
        for (var prime = 0; prime < a.PrimeCount; prime++)
        {
            var c = destination.Residues(0, prime);
            ResidueLoops.Add(Context.Moduli[prime], c, p.Residues(prime), c);
        }
    }

    /// <inheritdoc/>
    public void AddScalar(Ciphertext a, double value, Ciphertext destination)
    {
        var scaled = OperandRules.Scaled(Context, a.PrimeCount, value, a.Scale);
        destination.CopyFrom(a);
        for (var prime = 0; prime < a.PrimeCount; prime++)
        {
            var modulus = Context.Moduli[prime];
            var c = destination.Residues(0, prime);
            ResidueLoops.AddScalar(modulus, c, ExactResidues.Of(modulus, scaled), c);
        }
    }

    /// <inheritdoc/>
    public void MultiplyPlain(Ciphertext a, Plaintext p, Ciphertext destination)
    {
        OperandRules.SameLevel(a.PrimeCount, p.PrimeCount);
        var scale = OperandRules.Product(Context, a.PrimeCount, a.Scale, p.Scale);
        OperandRules.NotZero(!p.Words.ContainsAnyExcept(0UL), nameof(p));
        destination.Resize(a.Size, a.PrimeCount, a.Degree);
        _workers.Run(a.PrimeCount, new PlainStep(Context, a, p, destination));
        destination.Scale = scale;
    }

    /// <inheritdoc/>
    public void MultiplyScalar(Ciphertext a, double value, double scale, Ciphertext destination)
    {
        var product = OperandRules.Product(Context, a.PrimeCount, a.Scale, scale);
        var scaled = OperandRules.Scaled(Context, a.PrimeCount, value, scale);
        OperandRules.NotZero(scaled == 0, nameof(value));
        destination.Resize(a.Size, a.PrimeCount, a.Degree);
        _workers.Run(a.PrimeCount, new ScalarStep(Context, a, scaled, destination));
        destination.Scale = product;
    }

    /// <inheritdoc/>
    public void Multiply(Ciphertext a, Ciphertext b, Ciphertext destination)
    {
        OperandRules.Size(a, 2);
        OperandRules.Size(b, 2);
        OperandRules.SameLevel(a.PrimeCount, b.PrimeCount);
        var scale = OperandRules.Product(Context, a.PrimeCount, a.Scale, b.Scale);
        var target = ReferenceEquals(a, destination) || ReferenceEquals(b, destination) ? _scratch : destination;
        target.Resize(3, a.PrimeCount, a.Degree);
        _workers.Run(a.PrimeCount, new TensorStep(Context, a, b, target));
        target.Scale = scale;
        destination.TakeFrom(target);
    }

    /// <inheritdoc/>
    public void Square(Ciphertext a, Ciphertext destination) => Multiply(a, a, destination);

    /// <inheritdoc/>
    public void Relinearize(Ciphertext a, RelinearizationKeys keys, Ciphertext destination)
    {
        OperandRules.Size(a, 3);
        a.Polynomial(2).CopyTo(Switch.Target(a.PrimeCount));
        destination.CopyPairFrom(a);
        Switch.AddTo(keys.Key, destination);
    }

    /// <inheritdoc/>
    public void Rescale(Ciphertext a, Ciphertext destination)
    {
        if (a.PrimeCount < 2)
        {
            throw new ArgumentException("The ciphertext is at the last level: nothing is left to rescale by. Take parameters with more primes.", nameof(a));
        }

        var scale = a.Scale / Context.Moduli[a.PrimeCount - 1].Value;
        _division.Divide(a, _scratch);
        _scratch.Scale = scale;
        destination.TakeFrom(_scratch);
    }

    /// <inheritdoc/>
    public void DropTo(Ciphertext a, int primeCount, Ciphertext destination)
    {
        if (primeCount < 1 || primeCount > a.PrimeCount)
        {
            throw new ArgumentOutOfRangeException(nameof(primeCount), primeCount, $"A ciphertext at {a.PrimeCount} primes drops to 1 to {a.PrimeCount}.");
        }

        OperandRules.ScaleFits(Context, primeCount, a.Scale);
        _scratch.Resize(a.Size, primeCount, a.Degree);
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            a.Polynomial(polynomial)[..(primeCount * a.Degree)].CopyTo(_scratch.Polynomial(polynomial));
        }

        _scratch.Scale = a.Scale;
        destination.TakeFrom(_scratch);
    }

    /// <inheritdoc/>
    public void Rotate(Ciphertext a, int steps, GaloisKeys keys, Ciphertext destination)
    {
        if (steps == 0)
        {
            destination.CopyFrom(a);
            return;
        }

        var element = GaloisKeys.ElementOf(Context, steps);
        if (keys.Keys.TryGetValue(element, out var key))
        {
            Apply(a, key, keys.Places(Context, element), destination);
            return;
        }

        var source = a;
        for (var rest = steps; rest != 0;)
        {
            var step = RotationSteps.Lowest(rest);
            rest -= step;
            // A step of all slots turns nothing.
            if (Math.Abs(step) == Context.SlotCount)
            {
                continue;
            }

            element = GaloisKeys.ElementOf(Context, step);
            Apply(source, keys.Keys.GetValueOrDefault(element) ?? throw new ArgumentException($"There is no key for a rotation by {steps} steps, nor for its part {step}.", nameof(keys)), keys.Places(Context, element), destination);
            source = destination;
        }
    }

    /// <inheritdoc/>
    public void Conjugate(Ciphertext a, GaloisKeys keys, Ciphertext destination)
    {
        var element = GaloisKeys.ConjugationOf(Context);
        Apply(a, keys.Keys.GetValueOrDefault(element) ?? throw new ArgumentException("There is no key for conjugation.", nameof(keys)), keys.Places(Context, element), destination);
    }

    private void Apply(Ciphertext a, SwitchingKey key, int[] places, Ciphertext destination)
    {
        OperandRules.Size(a, 2);
        var scale = a.Scale;
        _scratch.Resize(2, a.PrimeCount, a.Degree);
        _workers.Run(a.PrimeCount, new TurnStep(a, places, _scratch, Switch));
        Switch.AddTo(key, _scratch);
        _scratch.Scale = scale;
        destination.TakeFrom(_scratch);
    }
}
