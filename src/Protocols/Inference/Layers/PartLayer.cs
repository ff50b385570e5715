using System.Collections.Immutable;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Takes a run of a record's numbers, in their order, and gives it dimensions of its own.</summary>
public sealed record PartLayer : MoveLayer
{
    internal const byte Number = 22;

    private PartLayer(int from, ImmutableArray<int> dimensions) => (From, Target) = (from, dimensions);

    /// <summary>Where the run begins.</summary>
    public int From { get; }

    /// <summary>Its dimensions.</summary>
    public ImmutableArray<int> Target { get; }

    /// <inheritdoc/>
    public override string Name => "part";

    internal override byte Kind => Number;

    /// <summary>Checks the numbers.</summary>
    /// <param name="from">Where the run begins, from 0.</param>
    /// <param name="dimensions">At most 7, each at least 1; their product is the run's length.</param>
    /// <exception cref="ArgumentException">They are too many, or one is less.</exception>
    public static PlanLayer Create(int from, params ReadOnlySpan<int> dimensions) =>
        TryCreate(from, [.. dimensions]) ?? throw new ArgumentException("A part begins at 0 or later and has at most 7 dimensions of at least 1.", nameof(dimensions));

    /// <inheritdoc/>
    public bool Equals(PartLayer? other) => other is not null && From == other.From && Target.AsSpan().SequenceEqual(other.Target.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(From, Target.Length);

    internal static PlanLayer? Read(ref WireReader reader)
    {
        var from = reader.Int32();
        return LayerTable.Integers(ref reader, 7) is { } dimensions ? TryCreate(from, dimensions) : null;
    }

    internal override void Write(WireWriter writer) => writer.Int32(From).Integers(Target);

    internal override int[]? Dimensions(ImmutableArray<int> record) => (long)From + Product(Target.AsSpan()) <= Product(record.AsSpan()) ? [.. Target] : null;

    internal override int[]? Map(ImmutableArray<int> record) => [.. Enumerable.Range(From, Product(Target.AsSpan()))];

    private static PartLayer? TryCreate(int from, ImmutableArray<int> dimensions) =>
        from >= 0 && dimensions.Length <= 7 && dimensions.All(dimension => dimension >= 1) ? new PartLayer(from, dimensions) : null;
}
