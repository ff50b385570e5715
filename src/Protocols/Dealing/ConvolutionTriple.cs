using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Shares of (A, B, A * B) for a convolution: A of the images' shape, B of the weights'. Where B is a mask of weights, it is not in here.</summary>
public sealed class ConvolutionTriple : SingleUse
{
    private readonly (ulong[] A, ulong[] B, ulong[] C) _parts;

    internal ConvolutionTriple(ConvolutionShape shape, int? slots, ulong[] a, ulong[] b, ulong[] c)
    {
        (Shape, Slots) = (shape, slots);
        _parts = (a, b, c);
    }

    /// <summary>Which masked tensors B is, one for each group from this on; null where it is fresh.</summary>
    public int? Slots { get; }

    internal ConvolutionShape Shape { get; }

    internal (ulong[] A, ulong[] B, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}
