using System.Collections.Immutable;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Gives a record other dimensions; its elements keep their order.</summary>
public sealed record ReshapeLayer : MoveLayer
{
    internal const byte Number = 4;

    private ReshapeLayer(ImmutableArray<int> dimensions) => Target = dimensions;

    /// <summary>The record's new dimensions; none where it becomes one number.</summary>
    public ImmutableArray<int> Target { get; }

    /// <inheritdoc/>
    public override string Name => "reshape";

    internal override byte Kind => Number;

    /// <summary>Checks the dimensions.</summary>
    /// <param name="dimensions">At most 7, each at least 1.</param>
    /// <exception cref="ArgumentException">They are too many, or one is less.</exception>
    public static PlanLayer Create(params ReadOnlySpan<int> dimensions) => TryCreate([.. dimensions]) ?? throw new ArgumentException("A record has at most 7 dimensions of at least 1.", nameof(dimensions));

    /// <inheritdoc/>
    public bool Equals(ReshapeLayer? other) => other is not null && Target.AsSpan().SequenceEqual(other.Target.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Target.Length;

    internal static PlanLayer? Read(ref WireReader reader) => LayerTable.Integers(ref reader, 7) is { } dimensions ? TryCreate(dimensions) : null;

    internal override void Write(WireWriter writer) => writer.Integers(Target);

    internal override int[]? Dimensions(ImmutableArray<int> record) => Product(record.AsSpan()) == Product(Target.AsSpan()) ? [.. Target] : null;

    internal override int[]? Map(ImmutableArray<int> record) => null;

    private static ReshapeLayer? TryCreate(ImmutableArray<int> dimensions) => dimensions.Length <= 7 && dimensions.All(dimension => dimension >= 1) ? new ReshapeLayer(dimensions) : null;
}
