using System.Collections.Immutable;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Flooding;
using PrivacyGrains.Ckks.Keys;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Scores encrypted rows, again and again with the same memory: after the first time nothing is allocated where it runs on one thread. Not thread-safe.</summary>
public sealed class ScoringRunner
{
    private readonly ScoringCircuit _circuit;
    private readonly Ciphertext[] _shared;
    private readonly CircuitWorker[] _workers;
    private readonly CircuitWorker _wide; // where there is one strand: its operations are shared by primes
    private readonly ParallelOptions _options;

    /// <summary>Makes the memory.</summary>
    /// <param name="circuit">What is computed.</param>
    /// <param name="threads">How many threads work at once; 1 for the caller's alone.</param>
    /// <param name="evaluators">Makes an evaluator for each thread; null for the managed one.</param>
    public ScoringRunner(ScoringCircuit circuit, int threads = 1, Func<CkksContext, ICkksEvaluator>? evaluators = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _circuit = circuit;
        _shared = [.. Enumerable.Range(0, circuit.SharedCount).Select(_ => new Ciphertext())];
        _workers = [.. Enumerable.Range(0, threads).Select(_ => new CircuitWorker(circuit, _shared, evaluators?.Invoke(circuit.Context) ?? new CkksEvaluator(circuit.Context)))];
        _wide = threads == 1 || evaluators is not null ? _workers[0] : new CircuitWorker(circuit, _shared, new CkksEvaluator(circuit.Context, threads));
        // The pool's own scheduler: under an actor's the parts would wait for its turn.
        _options = new ParallelOptions { MaxDegreeOfParallelism = threads, TaskScheduler = TaskScheduler.Default };
    }

    /// <summary>The plan.</summary>
    public ScoringPlan Plan => _circuit.Plan;

    /// <summary>Checks that inputs and keys are what the plan states: before any work.</summary>
    /// <param name="inputs">As they came, read by <c>Formats</c>: their words are residues.</param>
    /// <param name="relinearization">Or null where there are none.</param>
    /// <param name="rotations">Or null where there are none.</param>
    /// <returns>Null, or what is missing or wrong.</returns>
    public CircuitFault? Check(IReadOnlyList<Ciphertext> inputs, RelinearizationKeys? relinearization, GaloisKeys? rotations)
    {
        var plan = Plan;
        if (inputs.Count != plan.InputCount)
        {
            return new CircuitFault(CircuitFaultCodes.Inputs, "inputs", $"the layout has {plan.InputCount} ciphertexts; {inputs.Count} came");
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            var input = inputs[i];
            if (input.Size != 2 || input.Degree != plan.Parameters.Degree || input.PrimeCount < plan.LeastInputLevel || input.PrimeCount > plan.InputLevel)
            {
                return new CircuitFault(CircuitFaultCodes.Inputs, $"inputs[{i}]", $"has 2 polynomials of degree {plan.Parameters.Degree} at {plan.LeastInputLevel} to {plan.InputLevel} primes; came: {input.Size}, {input.Degree}, {input.PrimeCount}");
            }

            if (!(Math.Abs(input.Scale - plan.InputScale) <= Math.ScaleB(plan.InputScale, -50)))
            {
                return new CircuitFault(CircuitFaultCodes.Inputs, $"inputs[{i}].scale", $"is {plan.InputScale:R}; came {input.Scale:R}");
            }
        }

        if (plan.NeedsRelinearization && relinearization is null)
        {
            return new CircuitFault(CircuitFaultCodes.Keys, "relinearizationKeys", "the circuit multiplies: upload relinearisation keys first");
        }

        foreach (var steps in plan.RotationSteps)
        {
            if (rotations is null || !rotations.Keys.ContainsKey(GaloisKeys.ElementOf(_circuit.Context, steps)))
            {
                return new CircuitFault(CircuitFaultCodes.Keys, "galoisKeys", $"there is no key for a rotation by {steps}: the circuit needs steps {string.Join(", ", plan.RotationSteps)}");
            }
        }

        return null;
    }

    /// <summary>Scores.</summary>
    /// <param name="inputs">Ciphertexts in the plan's layout; themselves change nothing.</param>
    /// <param name="relinearization">The client's, where the plan needs them.</param>
    /// <param name="rotations">The client's, where the plan needs them.</param>
    /// <param name="flooding">Hides everything but the scores, under the client's public key; null only where whoever gets the answers may see the model.</param>
    /// <param name="answers">Overwritten: as many as the plan says.</param>
    /// <param name="cancellation">Looked at between layers.</param>
    /// <returns>Null, or what <see cref="Check"/> says.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public CircuitFault? TryScore(
        IReadOnlyList<Ciphertext> inputs, RelinearizationKeys? relinearization, GaloisKeys? rotations, AnswerFlooding? flooding, IReadOnlyList<Ciphertext> answers,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(answers.Count, Plan.AnswerCount);
        if (Check(inputs, relinearization, rotations) is { } fault)
        {
            return fault;
        }

        Begin(inputs, relinearization, rotations);
        try
        {
            foreach (var stage in _circuit.Stages)
            {
                cancellation.ThrowIfCancellationRequested();
                Run(stage);
            }

            cancellation.ThrowIfCancellationRequested();
            Finish(flooding, answers);
        }
        finally
        {
            Begin([], null, null);
        }

        return null;
    }

    private void Begin(IReadOnlyList<Ciphertext> inputs, RelinearizationKeys? relinearization, GaloisKeys? rotations)
    {
        _wide.Begin(inputs, relinearization, rotations);
        foreach (var worker in _workers)
        {
            worker.Begin(inputs, relinearization, rotations);
        }
    }

    private void Run(ImmutableArray<ImmutableArray<CircuitStep>> stage)
    {
        if (_workers.Length > 1 && stage.Length > 1)
        {
            SpreadStrands(stage);
            return;
        }

        foreach (var strand in stage)
        {
            _wide.Run(strand, _workers.Length > 1 ? _options : null);
        }
    }

    private void Finish(AnswerFlooding? flooding, IReadOnlyList<Ciphertext> answers)
    {
        if (_workers.Length == 1 || answers.Count == 1)
        {
            for (var i = 0; i < answers.Count; i++)
            {
                _wide.Finish(i, flooding, answers[i]);
            }
        }
        else
        {
            SpreadAnswers(flooding, answers);
        }
    }

    // Apart, so that what the lambdas hold is allocated only where there are threads.
    private void SpreadStrands(ImmutableArray<ImmutableArray<CircuitStep>> stage) => Spread(stage.Length, (worker, at) => worker.Run(stage[at], null));

    private void SpreadAnswers(AnswerFlooding? flooding, IReadOnlyList<Ciphertext> answers) => Spread(answers.Count, (worker, at) => worker.Finish(at, flooding, answers[at]));

    private void Spread(int count, Action<CircuitWorker, int> work)
    {
        var next = -1;
        Parallel.For(0, Math.Min(_workers.Length, count), _options, w =>
        {
            for (var at = Interlocked.Increment(ref next); at < count; at = Interlocked.Increment(ref next))
            {
                work(_workers[w], at);
            }
        });
    }
}
