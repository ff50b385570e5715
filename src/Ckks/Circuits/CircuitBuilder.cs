using System.Collections.Immutable;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>A value of a circuit while it is planned.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Level">The primes left.</param>
/// <param name="Scale">The scale.</param>
/// <param name="Bound">The greatest magnitude of a slot.</param>
/// <param name="Noise">Standard deviation of a slot's error that ciphertexts have added since the values that it began with (<see cref="NoiseModel"/>).</param>
/// <param name="Rounding">A bound of what rounding the model's numbers has added since then.</param>
internal readonly record struct CircuitValue(int Id, int Level, double Scale, double Bound, double Noise, double Rounding = 0);

/// <summary>A circuit cannot be planned; becomes a <see cref="CircuitFault"/>.</summary>
internal sealed class CircuitPlanException(CircuitFault fault) : Exception(fault.Message)
{
    public CircuitFault Fault { get; } = fault;
}

/// <summary>Writes instructions down, with level, scale, bound and noise of every value.</summary>
internal sealed class CircuitBuilder(CkksParameters parameters, string field)
{
    private readonly List<CircuitStage> _stages = [];
    private readonly List<CircuitStrand> _strands = [];
    private readonly List<CircuitInstruction> _strand = [];
    private int _next;

    public NoiseModel Noise { get; } = new(parameters);

    public List<CircuitVector> Vectors { get; } = [];

    public string Field { get; set; } = field;

    public IReadOnlyList<CircuitStage> Stages => _stages;

    /// <summary>The prime that a value of a level is divided by.</summary>
    public double LastPrime(int level) => parameters.Primes[level - 1];

    /// <summary>A value that is there from the start.</summary>
    public CircuitValue Input(int level, double scale, double bound, double noise) => new(_next++, level, scale, bound, noise);

    public void EndStrand()
    {
        _strands.Add(new CircuitStrand([.. _strand]));
        _strand.Clear();
    }

    public void EndStage()
    {
        _stages.Add(new CircuitStage([.. _strands]));
        _strands.Clear();
    }

    /// <summary>A product (or none) plus multiples of values plus a constant plus a vector. Multiples that round to nothing are left out.</summary>
    public CircuitValue Combine(
        int level, double scale, IEnumerable<(CircuitValue Value, double Number)> terms, double constant, double bound,
        (CircuitValue A, CircuitValue B)? product = null, bool doubled = false, int addend = -1)
    {
        var (sources, factors) = (ImmutableArray.CreateBuilder<int>(), ImmutableArray.CreateBuilder<double>());
        var (noise, rounding) = (0.0, 0.0);
        if (product is var (a, b))
        {
            noise = (doubled ? 2 : 1) * ((a.Bound * b.Noise) + (b.Bound * a.Noise) + (Noise.KeySwitch(level) / scale));
            rounding = (doubled ? 2 : 1) * ((a.Bound * b.Rounding) + (b.Bound * a.Rounding));
        }

        foreach (var (value, number) in terms)
        {
            var factor = Math.Round(number * (scale / value.Scale), MidpointRounding.AwayFromZero);
            noise += Math.Abs(number) * value.Noise;
            rounding += (Math.Abs(number) * value.Rounding) + (factor == number * (scale / value.Scale) ? 0 : 0.5 * value.Scale / scale * value.Bound);
            if (factor != 0)
            {
                sources.Add(value.Id);
                factors.Add(factor);
            }
        }

        if (sources.Count == 0 && product is null)
        {
            throw new CircuitPlanException(new CircuitFault(CircuitFaultCodes.Precision, Field, "its numbers are too small beside the others: at these parameters all of them round to zero"));
        }

        CheckModulus(level, scale, bound);
        var instruction = new CircuitInstruction
        {
            Operation = CircuitOperation.Combine,
            Destination = _next++,
            Level = level,
            Scale = scale,
            Sources = sources.ToImmutable(),
            Factors = factors.ToImmutable(),
            Constant = Math.Round(constant * scale, MidpointRounding.AwayFromZero),
            Product = product is var (left, right) ? (left.Id, right.Id) : (-1, -1),
            IsDoubled = doubled,
            Addend = addend,
        };
        _strand.Add(instruction);
        return new CircuitValue(instruction.Destination, level, scale, bound, noise, rounding + (0.5 / scale));
    }

    /// <summary>Divides by the last prime.</summary>
    public CircuitValue Rescale(CircuitValue value, double? declared = null)
    {
        var scale = declared ?? value.Scale / LastPrime(value.Level);
        var instruction = new CircuitInstruction { Operation = CircuitOperation.Rescale, Destination = _next++, Level = value.Level - 1, Scale = scale, Sources = [value.Id] };
        _strand.Add(instruction);
        return value with { Id = instruction.Destination, Level = value.Level - 1, Scale = scale, Noise = value.Noise + (Noise.Rounding / scale) };
    }

    public CircuitValue Rotate(CircuitValue value, int steps)
    {
        var instruction = new CircuitInstruction { Operation = CircuitOperation.Rotate, Destination = _next++, Level = value.Level, Scale = value.Scale, Sources = [value.Id], Steps = steps };
        _strand.Add(instruction);
        return value with { Id = instruction.Destination, Noise = value.Noise + (Noise.KeySwitch(value.Level) / value.Scale) };
    }

    /// <summary>Sums of products with vectors of numbers.</summary>
    public CircuitValue Weigh(int level, double scale, IReadOnlyList<(CircuitValue Value, ImmutableArray<double> Numbers)> terms, double bound)
    {
        CheckModulus(level, scale, bound);
        var vectors = terms.Select(t =>
        {
            Vectors.Add(new CircuitVector(t.Numbers, level, scale / t.Value.Scale));
            return Vectors.Count - 1;
        }).ToImmutableArray();
        var instruction = new CircuitInstruction
        {
            Operation = CircuitOperation.Weigh,
            Destination = _next++,
            Level = level,
            Scale = scale,
            Sources = [.. terms.Select(t => t.Value.Id)],
            Vectors = vectors,
        };
        _strand.Add(instruction);
        var noise = terms.Sum(t => t.Numbers.Max(Math.Abs) * t.Value.Noise);
        var rounding = terms.Sum(t => Noise.Encoding * NoiseModel.GaussianFactor * t.Value.Scale / scale * t.Value.Bound);
        return new CircuitValue(instruction.Destination, level, scale, bound, noise, rounding);
    }

    private void CheckModulus(int level, double scale, double bound)
    {
        var needed = Math.Log2(scale) + Math.Max(0, Math.Log2(Math.Max(bound, 1e-300))) + 2;
        var bits = Noise.ModulusBits(level);
        if (needed > bits)
        {
            throw new CircuitPlanException(new CircuitFault(
                CircuitFaultCodes.Modulus, Field, $"its numbers, up to {bound:G3}, need {Math.Ceiling(needed)} bits where the level has {Math.Floor(bits)}: take longer primes, or scale the model down"));
        }
    }
}
