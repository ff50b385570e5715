using PrivacyGrains.Ckks.Modular.Lanes;

namespace PrivacyGrains.Ckks.Modular;

/// <summary>Which loops this machine runs.</summary>
public static class VectorWidth
{
    /// <summary>Words side by side: 8 with AVX-512 (F and DQ), 4 with AVX2, else 1. Every width gives the same words.</summary>
    public static int Words => Lanes512.IsSupported ? 8 : Lanes256.IsSupported ? 4 : 1;
}
