using System.Collections.Immutable;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Takes some places along one dimension of a record, in any order: a slice, a part of a split, a choice of channels.</summary>
public sealed record GatherLayer : MoveLayer
{
    internal const byte Number = 6;
    private const int MaximumPlaces = 1 << 20;

    private GatherLayer(int axis, ImmutableArray<int> places) => (Axis, Places) = (axis, places);

    /// <summary>The dimension of the record, from 0.</summary>
    public int Axis { get; }

    /// <summary>The places along it.</summary>
    public ImmutableArray<int> Places { get; }

    /// <inheritdoc/>
    public override string Name => "gather";

    internal override byte Kind => Number;

    /// <summary>Checks the parts.</summary>
    /// <param name="axis">The dimension of the record, from 0.</param>
    /// <param name="places">1 to 2^20 places along it.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static PlanLayer Create(int axis, params ReadOnlySpan<int> places) =>
        TryCreate(axis, [.. places]) ?? throw new ArgumentException($"1 to {MaximumPlaces} places of at least 0 are wanted.", nameof(places));

    /// <inheritdoc/>
    public bool Equals(GatherLayer? other) => other is not null && Axis == other.Axis && Places.AsSpan().SequenceEqual(other.Places.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Axis, Places.Length);

    internal static PlanLayer? Read(ref WireReader reader)
    {
        var axis = reader.Int32();
        return LayerTable.Integers(ref reader, MaximumPlaces) is { } places ? TryCreate(axis, places) : null;
    }

    internal override void Write(WireWriter writer) => writer.Int32(Axis).Integers(Places);

    internal override int[]? Dimensions(ImmutableArray<int> record) =>
        Axis < record.Length && Places.Max() < record[Axis] ? [.. record[..Axis], Places.Length, .. record[(Axis + 1)..]] : null;

    internal override int[]? Map(ImmutableArray<int> record)
    {
        var (outer, inner) = (Product(record.AsSpan()[..Axis]), Product(record.AsSpan()[(Axis + 1)..]));
        var map = new int[outer * Places.Length * inner];
        for (var j = 0; j < map.Length; j++)
        {
            map[j] = (((j / (Places.Length * inner) * record[Axis]) + Places[j / inner % Places.Length]) * inner) + (j % inner);
        }

        return map;
    }

    private static GatherLayer? TryCreate(int axis, ImmutableArray<int> places) =>
        axis is >= 0 and < 7 && places.Length is >= 1 and <= MaximumPlaces && places.All(place => place >= 0) ? new GatherLayer(axis, places) : null;
}
