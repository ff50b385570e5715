using System.Runtime.Intrinsics;
using PrivacyGrains.Ckks.Transforms;

namespace PrivacyGrains.Ckks.Encoding;

/// <summary>Scaled coefficients to whole numbers, at the widest lanes that the machine has.</summary>
internal static class Rounding
{
    /// <summary>Each number times a factor, halves rounded away from zero.</summary>
    /// <param name="numbers">A multiple of eight.</param>
    /// <param name="factor">Finite.</param>
    /// <param name="lanes">The most doubles side by side.</param>
    /// <returns>The largest magnitude; not a number or infinite where one was not finite.</returns>
    public static double ScaleAndRound(Span<double> numbers, double factor, int lanes = 8) =>
        lanes >= 8 && Vector512.IsHardwareAccelerated ? NumberLoops<Vector512<double>, NumberLanes512>.ScaleAndRound(numbers, factor)
        : lanes >= 4 && Vector256.IsHardwareAccelerated ? NumberLoops<Vector256<double>, NumberLanes256>.ScaleAndRound(numbers, factor)
        : NumberLoops<double, NumberLanes64>.ScaleAndRound(numbers, factor);
}
