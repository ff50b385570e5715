using System.Globalization;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What is said of a large delta where commands take one: one over the number of units is refused where that number is known, which it mostly is not.</summary>
internal static class DeltaWarning
{
    /// <summary>Warns of a delta above <see cref="Delta.Large"/>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="value">As it was given.</param>
    /// <param name="field">What the user wrote.</param>
    public static void WarnOfDelta(this CommandOutput output, double value, string field = "--delta")
    {
        if (Delta.TryCreate(value, out var delta) && delta.IsLarge)
        {
            var units = Math.Ceiling(1 / value).ToString("N0", CultureInfo.InvariantCulture);
            output.Warn(
                $"{field} {value.ToString("G3", CultureInfo.InvariantCulture)} is large: a release that publishes one of {units} units in full keeps it. Choose it far below one over the number of units, as 1e-6 or less (Dwork, Roth 2014, section 2.3).");
        }
    }
}
