using System.Collections.Immutable;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>A window that slides over the last two dimensions of a record. Public.</summary>
/// <param name="Height">Its rows, at least 1.</param>
/// <param name="Width">Its columns.</param>
public sealed record SlidingWindow(int Height, int Width)
{
    /// <summary>Stands for a place in the padding.</summary>
    internal const int Padding = -1;

    private const int MaximumSide = 1 << 12;

    /// <summary>Rows from one window to the next below, at least 1.</summary>
    public int RowStride { get; init; } = 1;

    /// <summary>Columns from one window to the next at its right, at least 1.</summary>
    public int ColumnStride { get; init; } = 1;

    /// <summary>Rows of the image between two rows of the window, and one, at least 1.</summary>
    public int RowDilation { get; init; } = 1;

    /// <summary>The same for columns.</summary>
    public int ColumnDilation { get; init; } = 1;

    /// <summary>Rows around the image: at its top, at least 0.</summary>
    public int Top { get; init; }

    /// <summary>At its left.</summary>
    public int Left { get; init; }

    /// <summary>At its bottom.</summary>
    public int Bottom { get; init; }

    /// <summary>At its right.</summary>
    public int Right { get; init; }

    /// <summary>Places of one window.</summary>
    public int Size => Height * Width;

    private ImmutableArray<int> Numbers => [Height, Width, RowStride, ColumnStride, RowDilation, ColumnDilation, Top, Left, Bottom, Right];

    /// <summary>Whether sides, strides, dilations and paddings lie within their limits.</summary>
    internal bool IsSound => Numbers[..6].All(number => number is >= 1 and <= MaximumSide) && Numbers[6..].All(number => number is >= 0 and <= MaximumSide);

    internal static SlidingWindow? Read(ref WireReader reader)
    {
        var window = new SlidingWindow(reader.Int32(), reader.Int32())
        {
            RowStride = reader.Int32(),
            ColumnStride = reader.Int32(),
            RowDilation = reader.Int32(),
            ColumnDilation = reader.Int32(),
            Top = reader.Int32(),
            Left = reader.Int32(),
            Bottom = reader.Int32(),
            Right = reader.Int32(),
        };
        return window.IsSound ? window : null;
    }

    internal static SlidingWindow Checked(SlidingWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return window.IsSound ? window : throw new ArgumentException($"Sides, strides and dilations lie in 1 to {MaximumSide}, paddings in 0 to {MaximumSide}; this is {window}.", nameof(window));
    }

    internal void Write(WireWriter writer)
    {
        foreach (var number in Numbers)
        {
            writer.Int32(number);
        }
    }

    /// <summary>Windows below each other and side by side, over an image of these sides; or null where not one fits.</summary>
    internal (int Down, int Right)? Over(int rows, int columns)
    {
        var down = Steps(rows + Top + Bottom, Height, RowDilation, RowStride);
        var right = Steps(columns + Left + Right, Width, ColumnDilation, ColumnStride);
        return down > 0 && right > 0 ? (down, right) : null;
    }

    /// <summary>For one plane of an image: a row for each window, its places in order; <see cref="Padding"/> where there is none of it.</summary>
    internal int[] Places(int rows, int columns)
    {
        var (down, right) = Over(rows, columns)!.Value;
        var places = new int[checked(down * right * Size)];
        for (var (j, window) = (0, 0); window < down * right; window++)
        {
            var (top, left) = ((window / right * RowStride) - Top, (window % right * ColumnStride) - Left);
            for (var place = 0; place < Size; place++, j++)
            {
                var (row, column) = (top + (place / Width * RowDilation), left + (place % Width * ColumnDilation));
                places[j] = row >= 0 && row < rows && column >= 0 && column < columns ? (row * columns) + column : Padding;
            }
        }

        return places;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Height} x {Width}";

    private static int Steps(int side, int window, int dilation, int stride)
    {
        var reach = ((window - 1) * dilation) + 1;
        return side < reach ? 0 : ((side - reach) / stride) + 1;
    }
}
