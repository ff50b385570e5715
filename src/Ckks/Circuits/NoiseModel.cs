using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>How large errors are, as standard deviations of one slot in units of the scaled number.</summary>
/// <remarks>
/// The average-case canonical-embedding heuristic (Costache, Curtis, Hales, Murphy, Ogilvie, Player, "On the precision loss in approximate homomorphic encryption", 2022, section 4; constants after Cheon et al. 2017, lemmas 1 to 3): coefficients of an error have independent variances V, so a slot's error
/// has variance N V. Most errors are a random polynomial times the secret or a key's error, so a slot is a product of two complex Gaussians: |XY| exceeds t deviations with probability about sqrt(pi t) e^(-2t). <see cref="Factor"/> is the t at which no slot of an answer does, but with probability 2^-30.
/// Where errors may depend on each other their deviations are added, not their variances. A heuristic, not a proof; tests hold measured errors below it.
/// </remarks>
internal sealed class NoiseModel
{
    /// <summary>Deviations that bound every slot of one Gaussian polynomial but with probability 2^-30: exp(-t^2) N / 2.</summary>
    public const double GaussianFactor = 5.6;

    /// <summary>Deviations that bound the mean square over all slots, which is the coefficients' Euclidean norm: over thousands of slots it stays within a few hundredths of one.</summary>
    public const double NormFactor = 1.5;

    private const double ErrorVariance = 10.5; // centred binomial of 21 coins
    private const double SecretVariance = 2.0 / 3; // uniform ternary

    private readonly CkksParameters _parameters;
    private readonly double _degree;

    public NoiseModel(CkksParameters parameters)
    {
        (_parameters, _degree) = (parameters, parameters.Degree);
        Rounding = Slot((1 + (_degree * SecretVariance)) / 12);
        Encoding = Slot(1.0 / 12);
        var fresh = parameters.Primes.Length > 1
            ? Math.Max(ErrorVariance, ((1 + (_degree * SecretVariance)) / 12) + 1)
            : ErrorVariance * (1 + (2 * _degree * SecretVariance));
        Fresh = Slot(fresh + (1.0 / 12));
        Factor = (Math.Log(_degree / 2) + (30 * Math.Log(2)) + 2) / 2;
    }

    /// <summary>Of rounding a pair of polynomials: what a rescaling adds.</summary>
    public double Rounding { get; }

    /// <summary>Of rounding one encoded vector.</summary>
    public double Encoding { get; }

    /// <summary>Of a fresh ciphertext, either way of encrypting, with the rounding of what is encoded.</summary>
    public double Fresh { get; }

    /// <summary>Deviations that bound every slot of an answer but with probability 2^-30.</summary>
    public double Factor { get; }

    /// <summary>Of one relinearisation or rotation at a level.</summary>
    public double KeySwitch(int level)
    {
        if (_parameters.Primes.Length < 2)
        {
            return double.PositiveInfinity;
        }

        var variance = 0.0;
        for (var i = 0; i < level; i++)
        {
            var ratio = _parameters.Primes[i] / (double)_parameters.Primes[^1];
            variance += ratio * ratio * _degree * ErrorVariance / 12;
        }

        return Math.Sqrt((_degree * variance) + (Rounding * Rounding));
    }

    /// <summary>The bits of a level's modulus.</summary>
    public double ModulusBits(int level) => _parameters.Primes.Take(level).Sum(p => Math.Log2(p));

    private double Slot(double variance) => Math.Sqrt(_degree * variance);
}
