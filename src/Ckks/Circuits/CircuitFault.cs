namespace PrivacyGrains.Ckks.Circuits;

/// <summary>Why a model, a plan or a request to score is refused. Safe to show to whoever asked: it names fields and sizes, never a weight.</summary>
/// <param name="Code">Stable and short, for programs: one of <see cref="CircuitFaultCodes"/>.</param>
/// <param name="Field">What is at fault, as the one who sent it knows it: <c>layers[1].weights</c>.</param>
/// <param name="Message">What was expected and what came.</param>
public sealed record CircuitFault(string Code, string Field, string Message)
{
    /// <summary>Where <see cref="CircuitFaultCodes.Depth"/>: the data primes that the circuit needs; otherwise 0.</summary>
    public int DataPrimesNeeded { get; init; }
}

/// <summary>The codes of <see cref="CircuitFault"/>.</summary>
public static class CircuitFaultCodes
{
    /// <summary>The document is no model of a version that is known.</summary>
    public const string Format = "model-format";

    /// <summary>A number is out of range or not finite.</summary>
    public const string Number = "model-number";

    /// <summary>Sizes do not fit together or are over a limit.</summary>
    public const string Size = "model-size";

    /// <summary>The parameters have too few primes.</summary>
    public const string Depth = "circuit-depth";

    /// <summary>Numbers times their scale do not fit the modulus of a level.</summary>
    public const string Modulus = "circuit-modulus";

    /// <summary>The parameters leave less precision than the answers need.</summary>
    public const string Precision = "circuit-precision";

    /// <summary>A row does not fit the slots.</summary>
    public const string Slots = "circuit-slots";

    /// <summary>The circuit multiplies or rotates, and the parameters have no special prime.</summary>
    public const string SpecialPrime = "circuit-special-prime";

    /// <summary>The inputs are not what the plan states.</summary>
    public const string Inputs = "score-inputs";

    /// <summary>An evaluation key that the circuit needs is missing.</summary>
    public const string Keys = "score-keys";
}
