namespace PrivacyGrains.Protocols.Tests;

internal static class Faults
{
    /// <summary>The fault's code, or "none": reads well in an assertion.</summary>
    public static string Code(this ProtocolFault? fault) => fault?.Code ?? "none";
}
