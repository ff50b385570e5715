using System.Collections.Immutable;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Puts a record's dimensions in another order.</summary>
public sealed record TransposeLayer : MoveLayer
{
    internal const byte Number = 5;

    private TransposeLayer(ImmutableArray<int> order) => Order = order;

    /// <summary>Which dimension of the record, from 0, comes first, second and so on.</summary>
    public ImmutableArray<int> Order { get; }

    /// <inheritdoc/>
    public override string Name => "transpose";

    internal override byte Kind => Number;

    /// <summary>Checks the order.</summary>
    /// <param name="order">Each number from 0 on once.</param>
    /// <exception cref="ArgumentException">It is no such order.</exception>
    public static PlanLayer Create(params ReadOnlySpan<int> order) => TryCreate([.. order]) ?? throw new ArgumentException("Each dimension comes once.", nameof(order));

    /// <inheritdoc/>
    public bool Equals(TransposeLayer? other) => other is not null && Order.AsSpan().SequenceEqual(other.Order.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Order.Length;

    internal static PlanLayer? Read(ref WireReader reader) => LayerTable.Integers(ref reader, 7) is { } order ? TryCreate(order) : null;

    internal override void Write(WireWriter writer) => writer.Integers(Order);

    internal override int[]? Dimensions(ImmutableArray<int> record) => record.Length == Order.Length ? [.. Order.Select(d => record[d])] : null;

    internal override int[]? Map(ImmutableArray<int> record)
    {
        var strides = RecordMap.Strides(record.AsSpan());
        return RecordMap.Strided(Dimensions(record), [.. Order.Select(d => strides[d])], 0);
    }

    private static TransposeLayer? TryCreate(ImmutableArray<int> order) =>
        order.Length <= 7 && order.Order().SequenceEqual(Enumerable.Range(0, order.Length)) ? new TransposeLayer(order) : null;
}
