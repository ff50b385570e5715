using PrivacyGrains.Protocols.Inference;

namespace PrivacyGrains.Client.Inferences;

/// <summary>Reads what a receiver opened.</summary>
public static class PlanOutputs
{
    /// <summary>Cuts opened numbers into records, and takes off each the bit that tells of clips, where the plan has one.</summary>
    /// <param name="plan">The session's.</param>
    /// <param name="values">All records' numbers, row-major. Secret.</param>
    /// <returns>Each record's outputs, and from 0 which records had a number cut by a clip of the planner's: their outputs are those of the clipped model.</returns>
    /// <exception cref="ArgumentException">They are not of as many records as the plan has.</exception>
    public static (IReadOnlyList<double[]> Outputs, IReadOnlyList<int> Clipped) Read(InferencePlan plan, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0 || values.Count % plan.Rows != 0)
        {
            throw new ArgumentException($"{values.Count} numbers are not of {plan.Rows} records.", nameof(values));
        }

        var rows = values.Chunk(values.Count / plan.Rows).ToList();
        return plan.TellsClips ? ([.. rows.Select(static row => row[..^1])], [.. Enumerable.Range(0, rows.Count).Where(row => rows[row][^1] < 0.5)]) : (rows, []);
    }
}
