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
/// <param name="Window">What slides over each plane.</param>
internal sealed record ConvolutionShape(int Records, int Channels, int Height, int Width, int Groups, int Outputs, SlidingWindow Window)
{
    private const int MaximumSide = 1 << 20;
    private const int MaximumElements = 1 << 26;

    /// <summary>Windows of one image.</summary>
    public int Windows => Window.Over(Height, Width) is { } steps ? steps.Down * steps.Right : 0;

    /// <summary>Numbers under one window of one group.</summary>
    public int Terms => Channels / Groups * Window.Size;

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
            int[] sizes = [Records, Channels, Height, Width, Groups, Outputs];
            if (sizes.Any(n => n is < 1 or > MaximumSide) || !Window.IsSound || Channels % Groups != 0 || Outputs % Groups != 0)
            {
                return false;
            }

            var windows = Window.Over(Height, Width) is { } steps ? (long)steps.Down * steps.Right : 0;
            var terms = (double)Channels / Groups * Window.Size;
            return windows > 0 && (double)Records * Channels * Height * Width <= MaximumElements && terms * Outputs <= MaximumElements
                && (double)Records * windows * Outputs <= MaximumElements && windows * terms <= MaximumElements;
        }
    }

    /// <summary>Where each number of each window lies in its image, row by row; -1 in the padding.</summary>
    /// <param name="group">From 0.</param>
    public int[] Map(int group)
    {
        var (terms, size, places) = (Terms, Window.Size, Window.Places(Height, Width));
        var map = new int[Windows * terms];
        for (var j = 0; j < map.Length; j++)
        {
            var (channel, place) = ((group * (Channels / Groups)) + (j % terms / size), places[(j / terms * size) + (j % size)]);
            map[j] = place >= 0 ? (channel * Height * Width) + place : SlidingWindow.Padding;
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
        var (records, channels, height, width, groups, outputs) = (reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32());
        return SlidingWindow.Read(ref reader) is { } window && new ConvolutionShape(records, channels, height, width, groups, outputs, window) is { IsSound: true } shape ? shape : null;
    }

    internal void Write(WireWriter writer)
    {
        foreach (var number in (ReadOnlySpan<int>)[Records, Channels, Height, Width, Groups, Outputs])
        {
            writer.Int32(number);
        }

        Window.Write(writer);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Records} x {Channels} x {Height} x {Width} by {Window} to {Outputs}";
}
