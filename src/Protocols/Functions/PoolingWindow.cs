using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>A window that slides over the last two dimensions of a tensor. Public.</summary>
/// <remarks>No padding; rows and columns that no whole window covers are left out, as ONNX's pools do with <c>ceil_mode</c> 0.</remarks>
public readonly record struct PoolingWindow
{
    private PoolingWindow(int height, int width, int rowStride, int columnStride) =>
        (Height, Width, RowStride, ColumnStride) = (height, width, rowStride, columnStride);

    /// <summary>Rows of the window.</summary>
    public int Height { get; }

    /// <summary>Columns of the window.</summary>
    public int Width { get; }

    /// <summary>Rows from one window to the next below.</summary>
    public int RowStride { get; }

    /// <summary>Columns from one window to the next at its right.</summary>
    public int ColumnStride { get; }

    /// <summary>Numbers in one window.</summary>
    public int Size => checked(Height * Width);

    /// <summary>Checks sizes and strides, each at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is less.</exception>
    public static PoolingWindow Create(int height, int width, int rowStride, int columnStride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowStride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columnStride, 1);
        return new PoolingWindow(height, width, rowStride, columnStride);
    }

    /// <summary>The shape with one number per window.</summary>
    /// <param name="images">At least two dimensions, the last two no smaller than the window.</param>
    /// <exception cref="ArgumentException">The window does not fit, or is the default.</exception>
    public TensorShape Over(TensorShape images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (Height < 1 || images.Dimensions is not [.., var rows, var columns] || rows < Height || columns < Width)
        {
            throw new ArgumentException($"A window of {Height} x {Width} does not fit {images}.", nameof(images));
        }

        return TensorShape.Of([.. images.Dimensions[..^2], ((rows - Height) / RowStride) + 1, ((columns - Width) / ColumnStride) + 1]);
    }

    /// <summary>One row per window, in the order of <see cref="Over"/>; local.</summary>
    internal ShareTensor Gather(ShareTensor images)
    {
        var windows = Over(images.Shape);
        var (rows, columns) = (images.Shape.Dimensions[^2], images.Shape.Dimensions[^1]);
        var (down, right) = (windows.Dimensions[^2], windows.Dimensions[^1]);
        var shape = TensorShape.Of(windows.Length, Size);
        var words = new ulong[shape.Length];
        for (var i = 0; i < windows.Length; i++)
        {
            var corner = (((i / (down * right) * rows) + (i / right % down * RowStride)) * columns) + (i % right * ColumnStride);
            for (var row = 0; row < Height; row++)
            {
                images.Words.Slice(corner + (row * columns), Width).CopyTo(words.AsSpan((i * Size) + (row * Width)));
            }
        }

        return ShareTensor.Own(images.Scheme, images.Party, shape, words);
    }
}
