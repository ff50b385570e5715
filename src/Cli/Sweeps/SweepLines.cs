using System.Globalization;
using PrivacyGrains.Learning.Sweeps;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>A search's figures as people read them.</summary>
internal static class SweepLines
{
    /// <summary>A parameter, whole.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>An accuracy.</summary>
    public static string Percent(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    /// <summary>What a level released.</summary>
    public static string Released(SweepPlan plan, int level, TrialResult? released)
    {
        var at = plan.Levels[level];
        return released is null
            ? $"epsilon {Number(at.Epsilon)}: no trial was drawn"
            : $"epsilon {Number(at.Epsilon)}: accuracy {Percent(released.Accuracy)} ± {Percent(released.NoiseHalfWidth(at.ScoreVariance))} by noise{(plan.Reaches(level, released) ? ", reaches the target" : "")}";
    }
}
