using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Formats;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>What readers and planners find wrong, as refusals: codes and fields pass through.</summary>
internal static class ScoringFaults
{
    /// <summary>Bytes that are not what they should be.</summary>
    public static Refusal Of(FormatFault fault) => new(fault.Code, $"{fault.Field}: {fault.Message}", RefusalKind.Invalid);

    /// <summary>A model that cannot be computed, or a request that is not what its plan says.</summary>
    public static Refusal Of(CircuitFault fault) => new($"scoring.{fault.Code}", $"{fault.Field}: {fault.Message}.", RefusalKind.Invalid);
}
