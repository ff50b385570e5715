using System.Collections.Immutable;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Puts a public constant around a record.</summary>
public sealed record PadLayer : MoveLayer
{
    internal const byte Number = 7;
    private readonly double _constant;

    private PadLayer(ImmutableArray<int> before, ImmutableArray<int> after, double constant) => (Before, After, _constant) = (before, after, constant);

    /// <summary>Places before the first, for each dimension of the record.</summary>
    public ImmutableArray<int> Before { get; }

    /// <summary>Places after the last, for each dimension of the record.</summary>
    public ImmutableArray<int> After { get; }

    /// <inheritdoc/>
    public override string Name => "pad";

    internal override byte Kind => Number;

    internal override double? Constant => _constant;

    /// <summary>Checks the parts.</summary>
    /// <param name="before">Places before the first, for each dimension of the record, at least 0.</param>
    /// <param name="after">As many, after the last.</param>
    /// <param name="constant">What stands there; finite, public.</param>
    /// <exception cref="ArgumentException">A number lies outside.</exception>
    public static PlanLayer Create(ImmutableArray<int> before, ImmutableArray<int> after, double constant) =>
        TryCreate(before, after, constant) ?? throw new ArgumentException("As many numbers of at least 0 on both sides are wanted, and a finite constant.", nameof(before));

    /// <inheritdoc/>
    public bool Equals(PadLayer? other) =>
        other is not null && _constant.Equals(other._constant) && Before.AsSpan().SequenceEqual(other.Before.AsSpan()) && After.AsSpan().SequenceEqual(other.After.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Before.Length, _constant);

    internal static PlanLayer? Read(ref WireReader reader) =>
        LayerTable.Integers(ref reader, 7) is { } before && LayerTable.Integers(ref reader, 7) is { } after ? TryCreate(before, after, reader.Double()) : null;

    internal override void Write(WireWriter writer) => writer.Integers(Before).Integers(After).Double(_constant);

    internal override int[]? Dimensions(ImmutableArray<int> record) =>
        record.Length == Before.Length ? [.. record.Select((dimension, d) => (int)Math.Min((long)dimension + Before[d] + After[d], int.MaxValue))] : null;

    internal override int[]? Map(ImmutableArray<int> record)
    {
        var wide = Dimensions(record)!;
        var strides = RecordMap.Strides(record.AsSpan());
        var (map, digits) = (new int[Product(wide)], new int[wide.Length]);
        for (var j = 0; j < map.Length; j++)
        {
            var at = 0;
            for (var d = 0; d < wide.Length && at >= 0; d++)
            {
                var place = digits[d] - Before[d];
                at = place >= 0 && place < record[d] ? at + (place * strides[d]) : RecordMap.Constant;
            }

            map[j] = at;
            for (var d = wide.Length - 1; d >= 0 && ++digits[d] == wide[d]; d--)
            {
                digits[d] = 0;
            }
        }

        return map;
    }

    private static PadLayer? TryCreate(ImmutableArray<int> before, ImmutableArray<int> after, double constant) =>
        before.Length == after.Length && before.Length is >= 1 and <= 7 && before.Concat(after).All(places => places >= 0) && double.IsFinite(constant) ? new PadLayer(before, after, constant) : null;
}
