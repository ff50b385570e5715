using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Truncation;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>Products with public numbers: local, then one truncation by as many bits as the ranges leave room for, so that the number's own rounding is small.</summary>
internal static class PublicFactor
{
    private const int MostBits = 30;

    /// <summary>Fractional bits of factors up to a size; 0 where not one fits, which the ranges then refuse.</summary>
    /// <param name="setting">The plan's.</param>
    /// <param name="factor">The greatest |factor|.</param>
    /// <param name="product">The greatest |product|.</param>
    public static int Bits(PlanSetting setting, double factor, double product)
    {
        var bits = MostBits;
        while (bits > 0 && (product >= setting.Limit(setting.FractionalBits + bits) || Math.ScaleB(factor, bits) >= setting.Limit(1)))
        {
            bits--;
        }

        return bits;
    }

    /// <summary>A factor as an integer.</summary>
    public static ulong Encode(PlanSetting setting, double factor, int bits) => setting.Scheme.Algebra.FromSigned((long)Math.Round(Math.ScaleB(factor, bits), MidpointRounding.ToEven));

    /// <summary>The round that brings a product with so many bits too much back.</summary>
    public static AwaitingPeers<ShareTensor> Truncate(LayerRun run, ShareTensor product, Dealing.TruncationTuple tuple) => MaskedTruncation.Begin(run.Committee, product, tuple);
}
