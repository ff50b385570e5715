using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>Turns c s' into a pair under s.</summary>
/// <remarks>
/// RNS key switching with one special prime (Cheon, Han, Kim, Kim, Song 2018, section 4; the digits are the residues): every residue is brought to every prime, multiplied with its entry of the key, and the sum divided by the special prime, rounding. SEAL's words at every level.
/// Steps: (1) digits to coefficients; (2) the special prime's sums; (3) these prepared for the division; (4) each other prime's sums, divided and added. With several threads the sums of (4) are made beside (2).
/// </remarks>
internal sealed class KeySwitch
{
    private readonly CkksContext _context;
    private readonly LastPrimeDivision _division;
    private readonly PrimeWorkers _workers;
    private readonly ulong[] _target;
    private readonly ulong[] _digits;
    private readonly ulong[] _operand;
    private readonly ulong[] _special;
    private readonly ulong[] _sums;

    /// <summary>Makes the scratch memory.</summary>
    /// <param name="context">With a special prime.</param>
    /// <param name="division">Of the same evaluator.</param>
    /// <param name="workers">Who computes.</param>
    public KeySwitch(CkksContext context, LastPrimeDivision division, PrimeWorkers workers)
    {
        (_context, _division, _workers) = (context, division, workers);
        (_target, _digits) = (new ulong[context.DataPrimeCount * context.Degree], new ulong[context.DataPrimeCount * context.Degree]);
        (_operand, _special) = (new ulong[workers.Count * context.Degree], new ulong[2 * context.Degree]);
        // One thread finishes a prime while its sums are in the cache; several keep those of all.
        _sums = new ulong[2 * context.Degree * (workers.Count == 1 ? 1 : context.DataPrimeCount)];
    }

    /// <summary>What is switched: to be written before <see cref="AddTo"/>, which leaves it as it is.</summary>
    /// <param name="level">The primes.</param>
    /// <returns>For residues of the level's primes, transformed.</returns>
    public Span<ulong> Target(int level) => _target.AsSpan(0, level * _context.Degree);

    /// <summary>Adds the pair that encrypts the target times s'.</summary>
    /// <param name="key">From s' to s.</param>
    /// <param name="destination">Size 2 at the target's level: added to.</param>
    public void AddTo(SwitchingKey key, Ciphertext destination)
    {
        var (level, quotients) = (destination.PrimeCount, key.Prepare(_context));
        _workers.Run(level, new DigitStep(this));
        if (_workers.Count == 1)
        {
            Accumulate(0, key, quotients, _context.PrimeCount - 1, level, _special);
            _workers.Run(2, new SpecialStep(this));
            _workers.Run(level, new WholeStep(this, key, quotients, destination));
            return;
        }

        _workers.Run(level + 1, new SumStep(this, key, quotients, level));
        _workers.Run(2, new SpecialStep(this));
        _workers.Run(level, new FinishStep(this, destination));
    }

    /// <summary>The sums of one prime, both polynomials, below 8 q.</summary>
    private void Accumulate(int worker, SwitchingKey key, ulong[][] quotients, int prime, int level, Span<ulong> sums)
    {
        var (degree, modulus) = (_context.Degree, _context.Moduli[prime]);
        var scratch = _operand.AsSpan(worker * degree, degree);
        for (var digit = 0; digit < level; digit++)
        {
            ReadOnlySpan<ulong> operand = _target.AsSpan(digit * degree, degree);
            if (digit != prime)
            {
                ResidueLoops.ReduceLazily(modulus, _digits.AsSpan(digit * degree, degree), 0, scratch);
                _context.Transforms[prime].Forward(scratch);
                operand = scratch;
            }

            for (var polynomial = 0; polynomial < 2; polynomial++)
            {
                var at = ((polynomial * _context.PrimeCount) + prime) * degree;
                ResidueLoops.MultiplyShoupAddLazily(
                    modulus, operand, key.Entries[digit].Residues(polynomial, prime), quotients[digit].AsSpan(at, degree), digit == 0, sums.Slice(polynomial * degree, degree));
            }
        }
    }

    /// <summary>Divides one prime's sums and adds them.</summary>
    private void Finish(int worker, int prime, Span<ulong> sums, Ciphertext destination)
    {
        var degree = _context.Degree;
        for (var polynomial = 0; polynomial < 2; polynomial++)
        {
            var sum = sums.Slice(polynomial * degree, degree);
            _division.Divide(worker, _context.PrimeCount - 1, prime, _special.AsSpan(polynomial * degree, degree), sum, sum);
            var words = destination.Residues(polynomial, prime);
            ResidueLoops.Add(_context.Moduli[prime], words, sum, words);
        }
    }

    private Span<ulong> Sums(int prime) => _sums.AsSpan(2 * _context.Degree * prime, 2 * _context.Degree);

    private readonly struct DigitStep(KeySwitch owner) : IPrimeStep
    {
        public void Run(int worker, int item)
        {
            var (at, degree) = (item * owner._context.Degree, owner._context.Degree);
            owner._target.AsSpan(at, degree).CopyTo(owner._digits.AsSpan(at, degree));
            owner._context.Transforms[item].Inverse(owner._digits.AsSpan(at, degree));
        }
    }

    private readonly struct SpecialStep(KeySwitch owner) : IPrimeStep
    {
        public void Run(int worker, int item)
        {
            var rest = owner._special.AsSpan(item * owner._context.Degree, owner._context.Degree);
            ResidueLoops.Settle(owner._context.SpecialModulus, rest);
            owner._division.Prepare(owner._context.PrimeCount - 1, rest);
        }
    }

    private readonly struct WholeStep(KeySwitch owner, SwitchingKey key, ulong[][] quotients, Ciphertext destination) : IPrimeStep
    {
        public void Run(int worker, int item)
        {
            owner.Accumulate(worker, key, quotients, item, destination.PrimeCount, owner._sums);
            owner.Finish(worker, item, owner._sums, destination);
        }
    }

    private readonly struct SumStep(KeySwitch owner, SwitchingKey key, ulong[][] quotients, int level) : IPrimeStep
    {
        public void Run(int worker, int item)
        {
            var prime = item == level ? owner._context.PrimeCount - 1 : item;
            owner.Accumulate(worker, key, quotients, prime, level, item == level ? owner._special : owner.Sums(item));
        }
    }

    private readonly struct FinishStep(KeySwitch owner, Ciphertext destination) : IPrimeStep
    {
        public void Run(int worker, int item) => owner.Finish(worker, item, owner.Sums(item), destination);
    }
}
