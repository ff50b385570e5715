namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>What a party's bounded rows come to, before noise. Secret; it never leaves the process.</summary>
public sealed class ExactAnswer
{
    internal ExactAnswer(LocalPlan plan, BoundedRows rows, long[] sums, long[][][] values) => (Plan, Rows, Sums, Values) = (plan, rows, sums, values);

    internal LocalPlan Plan { get; }

    internal BoundedRows Rows { get; }

    internal long[] Sums { get; }

    /// <summary>For each quantile, each group's values.</summary>
    internal long[][][] Values { get; }

    /// <inheritdoc/>
    public override string ToString() => "ExactAnswer(redacted)";
}
