using PrivacyGrains.Testing;

namespace PrivacyGrains.Grains.Tests.Hosting;

/// <summary>A test that stops activations between two awaits, which only the embedded engine can; on Orleans the same steps are tested by journals that fail.</summary>
internal sealed class KillFactAttribute : FactAttribute
{
    public KillFactAttribute(params string[] requires) => Skip = GrainTestCluster.CanKill ? Requirement.SkipReason(requires) : Reason;

    internal const string Reason = "This engine cannot stop an activation between two awaits.";
}

/// <summary>As <see cref="KillFactAttribute"/>, over data.</summary>
internal sealed class KillTheoryAttribute : TheoryAttribute
{
    public KillTheoryAttribute()
    {
        if (!GrainTestCluster.CanKill)
        {
            Skip = KillFactAttribute.Reason;
        }
    }
}
