using System.Collections.Immutable;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>One operation of a circuit; its level and scale are fixed when it is planned. Numbers are secret.</summary>
internal sealed record CircuitInstruction
{
    /// <summary>Which.</summary>
    public required CircuitOperation Operation { get; init; }

    /// <summary>The value that it makes.</summary>
    public required int Destination { get; init; }

    /// <summary>The primes of the result. Operands may have more: those are left out.</summary>
    public required int Level { get; init; }

    /// <summary>The scale of the result: set, so that sums of what is planned alike are alike to the bit.</summary>
    public required double Scale { get; init; }

    /// <summary>What it takes.</summary>
    public ImmutableArray<int> Sources { get; init; } = [];

    /// <summary>Of a combination: for each source a whole number that is not zero.</summary>
    public ImmutableArray<double> Factors { get; init; } = [];

    /// <summary>Of a combination: a whole number added to every slot.</summary>
    public double Constant { get; init; }

    /// <summary>Of a combination: two values whose product begins the sum; -1 where there is none.</summary>
    public (int A, int B) Product { get; init; } = (-1, -1);

    /// <summary>Whether that product is doubled.</summary>
    public bool IsDoubled { get; init; }

    /// <summary>For each source a vector that it is multiplied with, slot by slot.</summary>
    public ImmutableArray<int> Vectors { get; init; } = [];

    /// <summary>A vector that is added; -1 where there is none.</summary>
    public int Addend { get; init; } = -1;

    /// <summary>Of a rotation: to the left.</summary>
    public int Steps { get; init; }

    /// <summary>All values that it reads.</summary>
    public IEnumerable<int> Reads => Product.A < 0 ? Sources : Sources.Add(Product.A).Add(Product.B);
}

/// <summary>What an instruction does.</summary>
internal enum CircuitOperation
{
    /// <summary>A product (or none), plus whole multiples of the sources, plus a constant, plus a vector.</summary>
    Combine,

    /// <summary>Divides by the last prime.</summary>
    Rescale,

    /// <summary>Rotates the slots.</summary>
    Rotate,

    /// <summary>The sum of the sources, each multiplied with a vector.</summary>
    Weigh,
}

/// <summary>Instructions in order; the last one's destination is what comes out, the others' are its own.</summary>
internal sealed record CircuitStrand(ImmutableArray<CircuitInstruction> Instructions)
{
    public int Output => Instructions[^1].Destination;
}

/// <summary>Strands that do not read each other's results.</summary>
internal sealed record CircuitStage(ImmutableArray<CircuitStrand> Strands);

/// <summary>Numbers that stand in the slots, repeated until all are full.</summary>
internal sealed record CircuitVector(ImmutableArray<double> Values, int Level, double Scale);
