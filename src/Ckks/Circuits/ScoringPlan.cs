using System.Collections.Immutable;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>How rows lie in ciphertexts.</summary>
public enum ScoringLayout
{
    /// <summary>One ciphertext for each input, a row in each slot: up to N / 2 rows at once. No rotations. Answers likewise: one ciphertext for each answer.</summary>
    Batched,

    /// <summary>One row in one ciphertext: padded with zeros to <see cref="ScoringPlan.Period"/> numbers and repeated until the slots are full. The answers are the first slots of one ciphertext.</summary>
    Packed,
}

/// <summary>What a plan may decide by itself, and what not.</summary>
public sealed record PlanOptions
{
    /// <summary>The error of an answer: flooding is as wide as it allows, whatever the model, so that its width tells nothing. Beyond it only where the circuit's own error is above a tenth of it, or for <see cref="LeastFloodingBits"/>; then by powers of two.</summary>
    public double Tolerance { get; init; } = 7.6e-6;

    /// <summary>Flooding's least: see <see cref="ScoringPlan.FloodingBits"/>. At 0 and below, nothing is stated about what answers hide; noise is still added.</summary>
    public int LeastFloodingBits { get; init; } = 8;

    /// <summary>The largest error of an answer, as a part of the largest answer, above which the plan is refused.</summary>
    public double MostRelativeError { get; init; } = 0.02;

    /// <summary>log2 of the inputs' scale where a client cannot choose it; null for the plan's choice. Taken for one dense layer alone.</summary>
    public int? InputScaleBits { get; init; }
}

/// <summary>How one model is computed under one set of parameters: everything that is known before any work. Immutable. Its public properties are public; what it holds inside is as secret as the model.</summary>
public sealed class ScoringPlan
{
    internal ScoringPlan(CkksParameters parameters, EncryptedModel model, ScoringLayout layout) => (Parameters, Model, Layout) = (parameters, model, layout);

    /// <summary>The parameters.</summary>
    public CkksParameters Parameters { get; }

    /// <summary>The model. Secret.</summary>
    public EncryptedModel Model { get; }

    /// <summary>How rows lie.</summary>
    public ScoringLayout Layout { get; }

    /// <summary>Ciphertexts that come for each use.</summary>
    public int InputCount => Layout == ScoringLayout.Batched ? Model.Inputs : 1;

    /// <summary>Ciphertexts that go back.</summary>
    public int AnswerCount => Layout == ScoringLayout.Batched ? Model.Outputs : 1;

    /// <summary>Rows scored at once.</summary>
    public int Rows => Layout == ScoringLayout.Batched ? Parameters.SlotCount : 1;

    /// <summary>Packed: after how many slots a row begins again. Batched: 0.</summary>
    public int Period { get; internal init; }

    /// <summary>The primes of an input as clients encrypt it.</summary>
    public int InputLevel => Parameters.DataPrimeCount;

    /// <summary>The fewest primes that an input may have: a client that drops the others sends less.</summary>
    public int LeastInputLevel { get; internal init; }

    /// <summary>What inputs are multiplied by.</summary>
    public double InputScale { get; internal init; }

    /// <summary>Rescalings, one after the other.</summary>
    public int Depth { get; internal init; }

    /// <summary>Rotations that Galois keys are needed for; each exactly once. Empty where the circuit rotates nothing.</summary>
    public ImmutableArray<int> RotationSteps { get; internal init; } = [];

    /// <summary>Whether relinearisation keys are needed.</summary>
    public bool NeedsRelinearization => Multiplications > 0;

    /// <summary>The primes of an answer.</summary>
    public int AnswerLevel { get; internal init; }

    /// <summary>An answer's scale.</summary>
    public double AnswerScale { get; internal init; }

    /// <summary>The greatest magnitude of an answer for inputs within the model's bound. It tells the model's size: for its owner.</summary>
    public double AnswerBound { get; internal init; }

    /// <summary>Products of two ciphertexts.</summary>
    public int Multiplications { get; internal init; }

    /// <summary>Products of a ciphertext with a number or a vector.</summary>
    public int PlainMultiplications { get; internal init; }

    /// <summary>Rotations.</summary>
    public int Rotations { get; internal init; }

    /// <summary>Bytes of the inputs, as SEAL writes them without compression and seeds.</summary>
    public long BytesIn => InputCount * CiphertextBytes(InputLevel);

    /// <summary>Bytes of the answers, likewise.</summary>
    public long BytesOut => AnswerCount * CiphertextBytes(AnswerLevel);

    /// <summary>Bytes of encoded and reduced weights that a prepared circuit holds.</summary>
    public long PreparedBytes { get; internal init; }

    /// <summary>Bytes of ciphertexts that one runner holds, on one thread; at most, before any work.</summary>
    public long WorkingBytes
    {
        get
        {
            var memory = new CircuitMemory(this);
            return (memory.SharedCount + memory.OwnCount + 3L) * 3 * LeastInputLevel * Parameters.Degree * sizeof(ulong);
        }
    }

    /// <summary>A bound of every slot's error before flooding, against the model in the clear with its polynomials, but with probability 2^-30 for each answer, by a heuristic (docs/protocols/encrypted-circuits.md), for inputs within the bounds. It tells the model's size: for its owner.</summary>
    public double CircuitErrorBound { get; internal init; }

    /// <summary>k: an answer is within statistical distance 2^-k of one that depends on the score alone (<see cref="Flooding.AnswerFlooding"/>); at most 30. At 0 and below nothing is stated.</summary>
    public int FloodingBits { get; internal init; }

    /// <summary>The flooding noise's standard deviation for each coefficient, at <see cref="FloodingScale"/>.</summary>
    public double FloodingDeviation { get; internal init; }

    /// <summary>The scale of answers when they are flooded: before the last rescalings.</summary>
    public double FloodingScale { get; internal init; }

    /// <summary>A bound of every slot's error as the client decrypts it, flooding included.</summary>
    public double AnswerErrorBound { get; internal init; }

    internal ImmutableArray<CircuitStage> Stages { get; init; } = [];

    internal ImmutableArray<int> InputValues { get; init; } = [];

    internal ImmutableArray<int> AnswerValues { get; init; } = [];

    internal ImmutableArray<CircuitVector> Vectors { get; init; } = [];

    internal int RawLevel { get; init; }

    /// <summary>Plans a model, or says why it cannot be computed.</summary>
    /// <param name="parameters">Checked parameters.</param>
    /// <param name="model">A checked model.</param>
    /// <param name="layout">How rows lie.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="plan">The plan, or null.</param>
    /// <returns>Null, or what is wrong and what would do.</returns>
    public static CircuitFault? TryPlan(CkksParameters parameters, EncryptedModel model, ScoringLayout layout, PlanOptions? options, out ScoringPlan? plan)
    {
        plan = null;
        try
        {
            plan = new PlanCompiler(parameters, model, layout, options ?? new PlanOptions()).Compile();
            return null;
        }
        catch (CircuitPlanException e)
        {
            return e.Fault;
        }
    }

    /// <summary>Plans a model.</summary>
    /// <param name="parameters">Checked parameters.</param>
    /// <param name="model">A checked model.</param>
    /// <param name="layout">How rows lie.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">What <see cref="TryPlan"/> says.</exception>
    public static ScoringPlan Create(CkksParameters parameters, EncryptedModel model, ScoringLayout layout, PlanOptions? options = null) =>
        TryPlan(parameters, model, layout, options, out var plan) is { } fault ? throw new ArgumentException($"{fault.Field}: {fault.Message}", nameof(model)) : plan!;

    /// <inheritdoc/>
    public override string ToString() => $"ScoringPlan({Layout}, N {Parameters.Degree}, depth {Depth}, {InputCount} in, {AnswerCount} out)";

    private long CiphertextBytes(int level) => 113 + (2L * level * Parameters.Degree * sizeof(ulong));
}
