using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sharing;

/// <summary>The sizes of a convolution, and its product: each window of an image becomes a row, each group of channels one matrix product. Public.</summary>
/// <param name="Records">Images.</param>
/// <param name="Channels">Planes of an image, a multiple of the groups.</param>
/// <param name="Height">Rows of a plane.</param>
/// <param name="Width">Columns of a plane.</param>
/// <param name="Groups">Groups of channels that do not mix.</param>
/// <param name="Outputs">Planes of the result, a multiple of the groups.</param>
internal sealed record ConvolutionShape(int Records, int Channels, int Height, int Width, int Groups, int Outputs)
{
    private const int MaximumSide = 1 << 20;
    private const int MaximumElements = 1 << 26;

    public required int WindowHeight { get; init; }

    public required int WindowWidth { get; init; }

    public int RowStride { get; init; } = 1;

    public int ColumnStride { get; init; } = 1;

    public int RowDilation { get; init; } = 1;

    public int ColumnDilation { get; init; } = 1;

    public int Top { get; init; }

    public int Left { get; init; }

    public int Bottom { get; init; }

    public int Right { get; init; }

    /// <summary>Windows of one image.</summary>
    public int Windows => Steps(Height + Top + Bottom, WindowHeight, RowDilation, RowStride) * Steps(Width + Left + Right, WindowWidth, ColumnDilation, ColumnStride);

    /// <summary>Numbers under one window of one group.</summary>
    public int Terms => Channels / Groups * WindowHeight * WindowWidth;

    public int ImageLength => Records * Channels * Height * Width;

    /// <summary>Groups one after the other, each terms x outputs of a group.</summary>
    public int WeightLength => Terms * Outputs;

    /// <summary>Groups one after the other, each (records x windows) x outputs of a group.</summary>
    public int ProductLength => Records * Windows * Outputs;

    /// <summary>Whether the numbers fit each other and no vector is longer than a batch of correlations.</summary>
    public bool IsSound
    {
        get
        {
            int[] atLeastOne = [Records, Channels, Height, Width, Groups, Outputs, WindowHeight, WindowWidth, RowStride, ColumnStride, RowDilation, ColumnDilation];
            int[] paddings = [Top, Left, Bottom, Right];
            if (atLeastOne.Any(n => n is < 1 or > MaximumSide) || paddings.Any(n => n is < 0 or > MaximumSide) || Channels % Groups != 0 || Outputs % Groups != 0)
            {
                return false;
            }

            var down = (long)Steps(Height + Top + Bottom, WindowHeight, RowDilation, RowStride);
            var windows = down * Steps(Width + Left + Right, WindowWidth, ColumnDilation, ColumnStride);
            var terms = (double)Channels / Groups * WindowHeight * WindowWidth;
            return windows > 0 && (double)Records * Channels * Height * Width <= MaximumElements && terms * Outputs <= MaximumElements
                && (double)Records * windows * Outputs <= MaximumElements && windows * terms <= MaximumElements;
        }
    }

    /// <summary>Where each number of each window lies in its image, row by row; -1 in the padding.</summary>
    /// <param name="group">From 0.</param>
    public int[] Map(int group)
    {
        var (terms, size, right) = (Terms, WindowHeight * WindowWidth, Steps(Width + Left + Right, WindowWidth, ColumnDilation, ColumnStride));
        var map = new int[Windows * terms];
        for (var j = 0; j < map.Length; j++)
        {
            var (window, channel, place) = (j / terms, (group * (Channels / Groups)) + (j % terms / size), j % size);
            var row = (window / right * RowStride) - Top + (place / WindowWidth * RowDilation);
            var column = (window % right * ColumnStride) - Left + (place % WindowWidth * ColumnDilation);
            map[j] = row >= 0 && row < Height && column >= 0 && column < Width ? (((channel * Height) + row) * Width) + column : -1;
        }

        return map;
    }

    /// <summary>Adds images * weights to the sums, image by image: what is gathered of one stays in the cache.</summary>
    /// <param name="algebra">Where the elements live.</param>
    /// <param name="images">Records x channels x height x width.</param>
    /// <param name="weights">As <see cref="WeightLength"/> says.</param>
    /// <param name="sums">As <see cref="ProductLength"/> says.</param>
    public void MultiplyAdd(WordAlgebra algebra, ReadOnlySpan<ulong> images, ReadOnlySpan<ulong> weights, Span<ulong> sums)
    {
        var (windows, terms, outputs, image) = (Windows, Terms, Outputs / Groups, Channels * Height * Width);
        var rows = new ulong[windows * terms];
        var product = new ulong[windows * outputs];
        for (var group = 0; group < Groups; group++)
        {
            var map = Map(group);
            var factor = weights.Slice(group * terms * outputs, terms * outputs);
            for (var record = 0; record < Records; record++)
            {
                var from = images.Slice(record * image, image);
                for (var j = 0; j < map.Length; j++)
                {
                    rows[j] = map[j] >= 0 ? from[map[j]] : 0;
                }

                var sum = sums.Slice(((group * Records) + record) * windows * outputs, windows * outputs);
                algebra.MultiplyMatrix(rows, factor, product, windows, terms, outputs);
                algebra.Add(sum, product, sum);
            }
        }
    }

    internal static ConvolutionShape? Read(ref WireReader reader)
    {
        var shape = new ConvolutionShape(reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32())
        {
            WindowHeight = reader.Int32(),
            WindowWidth = reader.Int32(),
            RowStride = reader.Int32(),
            ColumnStride = reader.Int32(),
            RowDilation = reader.Int32(),
            ColumnDilation = reader.Int32(),
            Top = reader.Int32(),
            Left = reader.Int32(),
            Bottom = reader.Int32(),
            Right = reader.Int32(),
        };
        return shape.IsSound ? shape : null;
    }

    internal void Write(WireWriter writer)
    {
        foreach (var number in (ReadOnlySpan<int>)[Records, Channels, Height, Width, Groups, Outputs, WindowHeight, WindowWidth, RowStride, ColumnStride, RowDilation, ColumnDilation, Top, Left, Bottom, Right])
        {
            writer.Int32(number);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Records} x {Channels} x {Height} x {Width} by {WindowHeight} x {WindowWidth} to {Outputs}";

    private static int Steps(int side, int window, int dilation, int stride)
    {
        var reach = ((window - 1L) * dilation) + 1;
        return side < reach ? 0 : (int)(((side - reach) / stride) + 1);
    }
}
