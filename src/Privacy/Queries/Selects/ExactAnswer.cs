namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>What a party's bounded rows come to, before noise. Secret; it never leaves the process.</summary>
public sealed class ExactAnswer
{
    internal ExactAnswer(LocalPlan plan, BoundedRows rows, long[] sums) => (Plan, Rows, Sums) = (plan, rows, sums);

    internal LocalPlan Plan { get; }

    internal BoundedRows Rows { get; }

    internal long[] Sums { get; }

    /// <inheritdoc/>
    public override string ToString() => "ExactAnswer(redacted)";
}
