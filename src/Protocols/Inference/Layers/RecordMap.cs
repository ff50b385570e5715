using System.Collections.Immutable;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Moves elements within each record: element j of what comes is element map[j] of what was, or one constant where that is <see cref="Constant"/>.</summary>
internal static class RecordMap
{
    /// <summary>In place of an index: the constant.</summary>
    public const int Constant = SlidingWindow.Padding;

    /// <summary>The same on plain numbers or words.</summary>
    public static T[] Apply<T>(ReadOnlySpan<T> source, int records, int[] map, T constant)
    {
        var width = records == 0 ? 0 : source.Length / records;
        var moved = new T[checked(records * map.Length)];
        for (var record = 0; record < records; record++)
        {
            var from = source.Slice(record * width, width);
            var to = moved.AsSpan(record * map.Length, map.Length);
            for (var j = 0; j < map.Length; j++)
            {
                to[j] = map[j] >= 0 ? from[map[j]] : constant;
            }
        }

        return moved;
    }

    /// <summary>On shares.</summary>
    /// <param name="x">A share whose first dimension is the records'.</param>
    /// <param name="map">As above.</param>
    /// <param name="constant">A public element.</param>
    /// <param name="shape">Of the result.</param>
    public static ShareTensor Apply(ShareTensor x, int[] map, ulong constant, TensorShape shape) =>
        ShareTensor.Own(x.Scheme, x.Party, shape, Apply(x.Words, x.Shape.Dimensions[0], map, x.Scheme.AddsConstants(x.Party) ? constant : 0));

    /// <summary>A record's map from dimensions to others that it is repeated to; or null where they do not fit.</summary>
    /// <param name="from">A record's dimensions, no more than those of <paramref name="to"/>.</param>
    /// <param name="to">A record's dimensions.</param>
    /// <remarks>numpy's rule: dimensions are aligned at the last one; a 1, or a missing one, is repeated.</remarks>
    public static int[]? Broadcast(ReadOnlySpan<int> from, ReadOnlySpan<int> to)
    {
        if (from.Length > to.Length)
        {
            return null;
        }

        var strides = new int[to.Length];
        var stride = 1;
        for (var d = 1; d <= from.Length; d++)
        {
            if (from[^d] != to[^d] && from[^d] != 1)
            {
                return null;
            }

            strides[^d] = from[^d] == 1 ? 0 : stride;
            stride *= from[^d];
        }

        return Strided(to, strides, 0);
    }

    /// <summary>The dimensions that two records are both repeated to; or null where they do not fit.</summary>
    public static int[]? Common(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        var common = new int[Math.Max(one.Length, other.Length)];
        for (var d = 1; d <= common.Length; d++)
        {
            var (a, b) = (d <= one.Length ? one[^d] : 1, d <= other.Length ? other[^d] : 1);
            if (a != b && a != 1 && b != 1)
            {
                return null;
            }

            common[^d] = a == 1 ? b : a;
        }

        return common;
    }

    /// <summary>Indices over dimensions, each with its own step.</summary>
    public static int[] Strided(ReadOnlySpan<int> dimensions, ReadOnlySpan<int> strides, int start)
    {
        var length = 1;
        foreach (var dimension in dimensions)
        {
            length = checked(length * dimension);
        }

        var (map, at, digits) = (new int[length], start, new int[dimensions.Length]);
        for (var j = 0; j < length; j++)
        {
            map[j] = at;
            for (var d = dimensions.Length - 1; d >= 0; d--)
            {
                at += strides[d];
                if (++digits[d] < dimensions[d])
                {
                    break;
                }

                at -= digits[d] * strides[d];
                digits[d] = 0;
            }
        }

        return map;
    }

    /// <summary>Row-major steps.</summary>
    public static int[] Strides(ReadOnlySpan<int> dimensions)
    {
        var strides = new int[dimensions.Length];
        var stride = 1;
        for (var d = dimensions.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride = checked(stride * dimensions[d]);
        }

        return strides;
    }

    /// <summary>A record's dimensions: all but the first.</summary>
    public static ImmutableArray<int> Record(this PlanValue value) => value.Shape.Dimensions[1..];

    /// <summary>rows x a record's dimensions; or null where they are too many or too large.</summary>
    public static TensorShape? Shape(int rows, ReadOnlySpan<int> record) => TensorShape.TryCreate([rows, .. record]);
}
