using System.Collections.Immutable;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Turns a model into instructions.</summary>
/// <remarks>
/// Between layers numbers are brought to what the next layer wants: a polynomial takes (x - middle) / half of its interval, and both are folded into the layer before. Work begins at the fewest primes that hold the circuit, so it ends at one prime; higher primes of an input are never read.
/// The last layer is left as it is before its rescaling, with the largest scale that the answer may end with: flooding comes first, the last rescalings after it.
/// </remarks>
internal sealed class PlanCompiler
{
    private const int WantedAnswerBits = 40;
    private const int MostScoreWorkLevel = 3;
    private const int MostFloodingBits = 30; // what the sampler's tables are good for

    private readonly CkksParameters _parameters;
    private readonly EncryptedModel _model;
    private readonly ScoringLayout _layout;
    private readonly PlanOptions _options;
    private readonly CircuitBuilder _builder;
    private readonly int _depth;
    private readonly int _workLevel;
    private double _step;
    private double _answerBound;

    // How far errors of the numbers at hand have come: deviations of ciphertexts' errors, and a bound of what rounding the model's numbers has done.
    private double _noise;
    private double _rounding;

    public PlanCompiler(CkksParameters parameters, EncryptedModel model, ScoringLayout layout, PlanOptions options)
    {
        (_parameters, _model, _layout, _options) = (parameters, model, layout, options);
        _builder = new CircuitBuilder(parameters, "layers");
        _depth = model.Layers.Sum(l => l is PolynomialLayer p ? p.Depth : 1);
        _workLevel = IsScore ? Math.Min(MostScoreWorkLevel, parameters.DataPrimeCount) : _depth + 1;
    }

    private bool IsScore => _model.Layers is [DenseLayer];

    public ScoringPlan Compile()
    {
        CheckPrimes();
        var period = Period(Math.Max(_model.Inputs, IsPacked ? FirstOutputs() : 1));
        if (IsPacked && period > _parameters.SlotCount)
        {
            throw Refuse(CircuitFaultCodes.Slots, "layers", $"a row needs {period} slots, the parameters have {_parameters.SlotCount}: take the batched layout or a larger degree");
        }

        _answerBound = Math.Max(Bounds(), 1e-9);
        var (rawLevel, rawScale) = Raw();
        var inputScale = InputScale(rawScale, rawLevel);
        _noise = _builder.Noise.Fresh / inputScale;
        var values = Inputs(inputScale, out var inputs);
        for (var i = 0; i < _model.Layers.Length; i++)
        {
            _builder.Field = $"layers[{i}]";
            values = Layer(i, values, rawScale);
        }

        return Finish(inputs, values, inputScale, rawScale, rawLevel, IsPacked ? period : 0);
    }

    private bool IsPacked => _layout == ScoringLayout.Packed;

    private int FirstOutputs() => _model.Layers.OfType<DenseLayer>().Select(d => d.Outputs).DefaultIfEmpty(1).Max();

    private static int Period(int count) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count);

    private static CircuitPlanException Refuse(string code, string field, string message, int primes = 0) => new(new CircuitFault(code, field, message) { DataPrimesNeeded = primes });

    private void CheckPrimes()
    {
        if (_workLevel > _parameters.DataPrimeCount)
        {
            throw Refuse(
                CircuitFaultCodes.Depth, "parameters.primes",
                $"the circuit has depth {_depth} and needs {_workLevel} primes beside the special one; there are {_parameters.DataPrimeCount}. Take {_workLevel + 1} primes in all, a larger degree if they do not fit, or return the linear score and let the client finish",
                _workLevel);
        }

        if (_parameters.Primes.Length < 2 && (IsPacked || _model.Layers.OfType<PolynomialLayer>().Any(p => p.Degree > 1)))
        {
            throw Refuse(CircuitFaultCodes.SpecialPrime, "parameters.primes", "products and rotations need a special prime: take two primes or more", 2);
        }

        if (!IsScore)
        {
            _step = Math.ScaleB(1, (int)Math.Round(Math.Log2(_parameters.Primes[_workLevel - 1])));
        }
    }

    /// <summary>The greatest magnitude of an answer.</summary>
    private double Bounds()
    {
        var bound = _model.InputBound;
        foreach (var layer in _model.Layers)
        {
            bound = layer is DenseLayer dense ? LayerNorms.Largest(dense, bound) : ChebyshevSeries.Bound(((PolynomialLayer)layer).ToChebyshev());
        }

        return bound;
    }

    /// <summary>Level and scale of the answers before flooding and the last rescalings.</summary>
    private (int Level, double Scale) Raw()
    {
        var level = IsScore ? _workLevel : 2;
        var room = Math.Floor(Math.Log2(_parameters.Primes[0]) - Math.Max(0, Math.Log2(_answerBound))) - 3;
        var scale = Math.ScaleB(1, (int)(level == 1 ? room : Math.Min(Math.Max(WantedAnswerBits, Math.Log2(Math.Max(_step, 1))), room)));
        for (var i = 1; i < level; i++)
        {
            scale *= _parameters.Primes[i];
        }

        return scale > 256 ? (level, scale) : throw Refuse(CircuitFaultCodes.Modulus, "parameters.primes[0]", $"answers are up to {_answerBound:G3}: the first prime leaves them no fraction. Take a longer one, or scale the model down");
    }

    private double InputScale(double rawScale, int rawLevel)
    {
        if (!IsScore)
        {
            return _model.Layers[0] is PolynomialLayer p ? _step / Half(p) : _step;
        }

        // The inputs' scale buys room for flooding, the weights' precision: the weights keep 48 bits where they can, else somewhat less than half.
        var bits = Math.Floor(Math.Log2(rawScale));
        var wanted = _options.InputScaleBits ?? Math.Max(Math.Floor(bits / 2) + 5, bits - 48);
        var most = _builder.Noise.ModulusBits(rawLevel) - Math.Max(0, Math.Log2(_model.InputBound)) - 3;
        return wanted >= 8 && wanted <= most && wanted <= bits - 4
            ? Math.ScaleB(1, (int)wanted)
            : throw Refuse(CircuitFaultCodes.Modulus, "inputScaleBits", $"inputs have a scale of 2^8 to 2^{Math.Floor(Math.Min(most, bits - 4))} under these parameters; wanted is 2^{wanted}");
    }

    private static double Half(PolynomialLayer p) => (p.To - p.From) / 2;

    private static double Middle(PolynomialLayer p) => (p.To + p.From) / 2;

    private CircuitValue[] Inputs(double scale, out ImmutableArray<int> ids)
    {
        var count = IsPacked ? 1 : _model.Inputs;
        var values = Enumerable.Range(0, count).Select(_ => _builder.Input(_workLevel, scale, _model.InputBound, 0)).ToArray();
        ids = [.. values.Select(v => v.Id)];
        if (_model.Layers[0] is not PolynomialLayer p)
        {
            return values;
        }

        // x at scale s is (x / half) at scale s half: nothing is to be done but to take the middle away.
        _noise /= Half(p);
        var scaled = values.Select(v => v with { Scale = _step, Bound = 1 }).ToArray();
        return Middle(p) == 0 ? scaled : Each(scaled, v => _builder.Combine(_workLevel, _step, [(v, 1)], -Middle(p) / Half(p), 1));
    }

    private CircuitValue[] Each(CircuitValue[] values, Func<CircuitValue, CircuitValue> make)
    {
        var made = values.Select(v =>
        {
            var value = make(v);
            _builder.EndStrand();
            return value;
        }).ToArray();
        _builder.EndStage();
        return made;
    }

    private CircuitValue[] Layer(int i, CircuitValue[] values, double rawScale)
    {
        var next = i + 1 < _model.Layers.Length ? _model.Layers[i + 1] : null;
        var (half, middle) = next is PolynomialLayer n ? (Half(n), Middle(n)) : (1, 0);
        if (_model.Layers[i] is PolynomialLayer p)
        {
            var coefficients = p.ToChebyshev().Select(c => c / half).ToArray();
            coefficients[0] -= middle / half;
            return Polynomial(values, coefficients, next is null ? rawScale : 0);
        }

        var dense = (DenseLayer)_model.Layers[i];
        var bound = next is PolynomialLayer ? 1 : LayerNorms.Largest(dense, values[0].Bound);
        var raw = new DenseCircuit(_builder, dense, half, middle, bound);
        var (level, scale) = (values[0].Level, next is null ? rawScale : _step * _builder.LastPrime(values[0].Level));
        var made = IsPacked
            ? raw.Packed(values[0], Period(Math.Max(dense.Inputs, dense.Outputs)), level, scale, next is null ? 0 : _step)
            : raw.Batched(values, level, scale, next is null ? 0 : _step);
        // Errors of different numbers may depend on each other: a matrix stretches them by its norm at most.
        var norm = (next is null ? LayerNorms.LongestColumn(dense) : LayerNorms.Spectral(dense)) / half;
        Grow(norm, LayerNorms.Column(dense) / half, made);
        return [.. made.Select(v => v with { Noise = 0, Rounding = 0 })];
    }

    private CircuitValue[] Polynomial(CircuitValue[] values, double[] coefficients, double rawScale)
    {
        var level = values[0].Level - ChebyshevCircuit.Depth(coefficients.Length - 1) + 1;
        var scale = rawScale > 0 ? rawScale : _step * _builder.LastPrime(level);
        var bound = ChebyshevSeries.Bound(coefficients);
        var made = Each(values, v =>
        {
            var raw = ChebyshevCircuit.Plan(_builder, v with { Bound = 1 }, coefficients, scale, bound);
            return rawScale > 0 ? raw : _builder.Rescale(raw, _step);
        });
        var slope = ChebyshevSeries.Bound(ChebyshevSeries.Derivative(coefficients));
        Grow(slope, slope, made);
        return [.. made.Select(v => v with { Noise = 0, Rounding = 0 })];
    }

    private void Grow(double norm, double largest, CircuitValue[] made)
    {
        _noise = Math.Sqrt((norm * norm * _noise * _noise) + Math.Pow(made.Max(v => v.Noise), 2));
        _rounding = (largest * _rounding) + made.Max(v => v.Rounding);
    }

    private ScoringPlan Finish(ImmutableArray<int> inputs, CircuitValue[] answers, double inputScale, double rawScale, int rawLevel, int period)
    {
        var noise = _builder.Noise;
        var (level, scale, last) = (rawLevel, rawScale, 0.0);
        while (level > 1)
        {
            scale /= _builder.LastPrime(level);
            last += noise.Rounding / scale;
            level--;
        }

        var encoding = Math.ScaleB(_model.InputBound * LayerNorms.Slope(_model), -48);
        var circuit = (noise.Factor * _noise) + _rounding + (noise.Factor * last) + encoding + Math.ScaleB(_answerBound, -46);
        // What hides the circuit also hides the error of the encryption of zero.
        var norm = NoiseModel.NormFactor * (_noise + (noise.Fresh / rawScale));
        var each = NoiseModel.GaussianFactor * Math.Sqrt(_parameters.Degree) * norm;
        var (bits, flood) = FloodingLevel(circuit, each);
        var error = circuit + flood;
        if (error > _options.MostRelativeError * Math.Max(_answerBound, _model.Output == ModelOutput.Logistic ? 1 : 0))
        {
            throw Refuse(CircuitFaultCodes.Precision, "parameters.primes", $"answers up to {_answerBound:G3} would have an error of {error:G2}, flooding of {bits} bits included: take longer primes, or ask for less flooding");
        }

        var instructions = _builder.Stages.SelectMany(s => s.Strands).SelectMany(s => s.Instructions).ToArray();
        return new ScoringPlan(_parameters, _model, _layout)
        {
            Period = period,
            LeastInputLevel = _workLevel,
            InputScale = inputScale,
            Depth = _depth,
            RotationSteps = [.. instructions.Where(x => x.Operation == CircuitOperation.Rotate).Select(x => x.Steps).Distinct().Order()],
            AnswerLevel = level,
            AnswerScale = scale,
            AnswerBound = _answerBound,
            Multiplications = instructions.Count(x => x.Product.A >= 0),
            PlainMultiplications = instructions.Sum(x => x.Operation == CircuitOperation.Weigh ? x.Sources.Length : x.Factors.Length),
            Rotations = instructions.Count(x => x.Operation == CircuitOperation.Rotate),
            PreparedBytes = _builder.Vectors.Sum(v => (long)v.Level * _parameters.Degree * sizeof(ulong)) + instructions.Sum(x => 2L * sizeof(ulong) * x.Level * x.Factors.Length),
            CircuitErrorBound = circuit,
            FloodingBits = bits,
            FloodingDeviation = flood / (NoiseModel.GaussianFactor * Math.Sqrt(_parameters.Degree)) * rawScale,
            FloodingScale = rawScale,
            AnswerErrorBound = error,
            Stages = [.. _builder.Stages],
            InputValues = inputs,
            AnswerValues = [.. answers.Select(v => v.Id)],
            Vectors = [.. _builder.Vectors],
            RawLevel = rawLevel,
        };
    }

    /// <summary>How far flooding moves an answer, and the bits that this comes to. Of the tolerance, where that suffices: a noise whose width followed the weights would tell their length. Else a power of two.</summary>
    private (int Bits, double Flood) FloodingLevel(double circuit, double each)
    {
        var wanted = 0.9 * _options.Tolerance;
        if (circuit > _options.Tolerance - wanted || wanted < each * Math.ScaleB(1, _options.LeastFloodingBits))
        {
            wanted = Math.ScaleB(1, (int)Math.Ceiling(Math.Log2(Math.Max(each * Math.ScaleB(1, _options.LeastFloodingBits), circuit))));
        }

        return (Math.Min((int)Math.Floor(Math.Log2(wanted / each)), MostFloodingBits), wanted);
    }
}
