using PrivacyGrains.Protocols;

namespace PrivacyGrains.Grains.Computation;

/// <summary>What one step of a side leaves to do.</summary>
/// <param name="Output">This side's share of the outputs, at the end.</param>
/// <param name="Fault">What ends the side.</param>
internal sealed record ComputationStep(ReadOnlyMemory<byte>? Output, ProtocolFault? Fault)
{
    /// <summary>Waits for peers.</summary>
    public static ComputationStep Nothing { get; } = new(null, null);

    /// <summary>Ends the side.</summary>
    public static ComputationStep Broken(ProtocolFault fault) => new(null, fault);
}
