using System.Collections.Immutable;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Flooding;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Runs strands with an evaluator and memory of its own.</summary>
/// <remarks>Behind another evaluator than the managed one, sums go through its operations one by one; the words are the same.</remarks>
internal sealed class CircuitWorker
{
    private readonly ScoringCircuit _circuit;
    private readonly ICkksEvaluator _evaluator;
    private readonly bool _isManaged;
    private readonly Ciphertext[] _shared;
    private readonly Ciphertext[] _own;
    private readonly Ciphertext _left = new();
    private readonly Ciphertext _right = new();
    private readonly Ciphertext[] _sources;
    private IReadOnlyList<Ciphertext> _inputs = [];
    private RelinearizationKeys? _relinearization;
    private GaloisKeys? _rotations;

    public CircuitWorker(ScoringCircuit circuit, Ciphertext[] shared, ICkksEvaluator evaluator)
    {
        (_circuit, _shared, _evaluator, _isManaged) = (circuit, shared, evaluator, evaluator is CkksEvaluator);
        _own = [.. Enumerable.Range(0, circuit.OwnCount).Select(_ => new Ciphertext())];
        _sources = new Ciphertext[circuit.Stages.SelectMany(s => s).SelectMany(s => s).Select(s => s.Sources.Length).DefaultIfEmpty(0).Max()];
    }

    public void Begin(IReadOnlyList<Ciphertext> inputs, RelinearizationKeys? relinearization, GaloisKeys? rotations) =>
        (_inputs, _relinearization, _rotations) = (inputs, relinearization, rotations);

    public void Run(ImmutableArray<CircuitStep> strand, ParallelOptions? shared)
    {
        foreach (var step in strand)
        {
            var (instruction, destination) = (step.Instruction, At(step.Destination));
            switch (instruction.Operation)
            {
                case CircuitOperation.Combine:
                    Combine(step, destination, shared);
                    break;
                case CircuitOperation.Rescale:
                    _evaluator.Rescale(At(step.Sources[0]), destination);
                    break;
                case CircuitOperation.Rotate:
                    _evaluator.Rotate(Lowered(At(step.Sources[0]), instruction.Level, _left), instruction.Steps, _rotations!, destination);
                    break;
                case CircuitOperation.Weigh:
                    Weigh(step, destination);
                    break;
            }

            destination.Scale = instruction.Scale;
        }
    }

    /// <summary>Floods an answer and brings it to its last level.</summary>
    public void Finish(int answer, AnswerFlooding? flooding, Ciphertext destination)
    {
        var raw = At(_circuit.Answers[answer]);
        flooding?.Apply(raw);
        var source = raw;
        while (source.PrimeCount > _circuit.Plan.AnswerLevel)
        {
            _evaluator.Rescale(source, destination);
            source = destination;
        }

        destination.CopyFrom(source);
        destination.Scale = _circuit.Plan.AnswerScale;
    }

    private Ciphertext At(CircuitPlace place) => place.Kind switch
    {
        CircuitPlaceKind.Input => _inputs[place.Index],
        CircuitPlaceKind.Shared => _shared[place.Index],
        _ => _own[place.Index],
    };

    private Ciphertext Lowered(Ciphertext value, int level, Ciphertext scratch)
    {
        if (value.PrimeCount == level)
        {
            return value;
        }

        _evaluator.DropTo(value, level, scratch);
        return scratch;
    }

    private void Combine(CircuitStep step, Ciphertext destination, ParallelOptions? shared)
    {
        var instruction = step.Instruction;
        var begun = instruction.Product.A >= 0;
        if (begun)
        {
            var a = Lowered(At(step.A), instruction.Level, _left);
            var b = step.A == step.B ? a : Lowered(At(step.B), instruction.Level, _right);
            _evaluator.Multiply(a, b, destination);
            _evaluator.Relinearize(destination, _relinearization!, destination);
            if (instruction.IsDoubled)
            {
                _evaluator.Add(destination, destination, destination);
            }
        }

        if (step.Sums is { } sums)
        {
            Sum(step, sums, begun, destination, shared);
        }

        if (instruction.Constant != 0)
        {
            // At scale 1 a whole number is what it is.
            destination.Scale = 1;
            _evaluator.AddScalar(destination, instruction.Constant, destination);
        }

        if (instruction.Addend >= 0)
        {
            var addend = _circuit.Vectors[instruction.Addend];
            destination.Scale = addend.Scale;
            _evaluator.AddPlain(destination, addend, destination);
        }
    }

    private void Sum(CircuitStep step, ScalarSums sums, bool begun, Ciphertext destination, ParallelOptions? shared)
    {
        var (level, count) = (step.Instruction.Level, step.Sources.Length);
        if (!_isManaged)
        {
            for (var i = 0; i < count; i++)
            {
                var target = begun || i > 0 ? _right : destination;
                _evaluator.MultiplyScalar(Lowered(At(step.Sources[i]), level, _left), step.Instruction.Factors[i], 1, target);
                if (target == _right)
                {
                    destination.Scale = target.Scale;
                    _evaluator.Add(destination, target, destination);
                }
            }

            return;
        }

        for (var i = 0; i < count; i++)
        {
            _sources[i] = At(step.Sources[i]);
        }

        if (!begun)
        {
            destination.Resize(2, level, _circuit.Context.Degree);
        }

        if (shared is not null)
        {
            Share(sums, count, level, begun, destination, shared);
            return;
        }

        for (var part = 0; part < 2 * level; part++)
        {
            sums.Part(_sources.AsSpan(0, count), part / level, part % level, begun, destination);
        }
    }

    private void Share(ScalarSums sums, int count, int level, bool begun, Ciphertext destination, ParallelOptions shared) =>
        Parallel.For(0, 2 * level, shared, part => sums.Part(_sources.AsSpan(0, count), part / level, part % level, begun, destination));

    private void Weigh(CircuitStep step, Ciphertext destination)
    {
        var level = step.Instruction.Level;
        if (_isManaged)
        {
            destination.Resize(2, level, _circuit.Context.Degree);
        }

        for (var i = 0; i < step.Sources.Length; i++)
        {
            var (source, vector) = (At(step.Sources[i]), _circuit.Vectors[step.Instruction.Vectors[i]]);
            if (_isManaged)
            {
                WeighOne(source, vector, i == 0, destination);
                continue;
            }

            var target = i > 0 ? _right : destination;
            _evaluator.MultiplyPlain(Lowered(source, level, _left), vector, target);
            if (i > 0)
            {
                target.Scale = destination.Scale;
                _evaluator.Add(destination, target, destination);
            }
        }
    }

    private void WeighOne(Ciphertext source, Plaintext vector, bool isFirst, Ciphertext destination)
    {
        for (var prime = 0; prime < destination.PrimeCount; prime++)
        {
            var modulus = _circuit.Context.Moduli[prime];
            for (var polynomial = 0; polynomial < 2; polynomial++)
            {
                if (isFirst)
                {
                    ResidueLoops.Multiply(modulus, source.Residues(polynomial, prime), vector.Residues(prime), destination.Residues(polynomial, prime));
                }
                else
                {
                    ResidueLoops.MultiplyAdd(modulus, source.Residues(polynomial, prime), vector.Residues(prime), destination.Residues(polynomial, prime));
                }
            }
        }
    }
}
