using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Privacy.Accounting.Accountants;

/// <summary>What a calibration found.</summary>
/// <param name="Field">The unknown: a field of the template, or <c>scale</c>.</param>
/// <param name="Value">The least noise, or the most of what loses, that keeps the target.</param>
/// <param name="Loss">What the plan then loses: at most the target.</param>
/// <param name="Plan">The plan as JSON.</param>
public sealed record CalibratedPlan(string Field, double Value, AccountedLoss Loss, string Plan);

/// <summary>The smallest noise for a target, or the most steps for a budget.</summary>
public static class PlanCalibration
{
    private const double Precision = 1e-6;

    /// <summary>Solves a template.</summary>
    /// <param name="template">A plan with one unknown.</param>
    /// <param name="target">The most that may be lost.</param>
    /// <param name="delta">At which.</param>
    /// <param name="accountant">One of <see cref="PlanAccountants.Names"/>.</param>
    /// <returns>A value within a relative 1e-6 of the best one, on the side that keeps the target; a whole number is the best one.</returns>
    /// <exception cref="PlanRefusedException"><c>account.no-solution</c>: not even the most protective value keeps the target; and as <see cref="PlanAccountants.Account"/>.</exception>
    public static CalibratedPlan Solve(PlanTemplate template, Epsilon target, Delta delta, string accountant)
    {
        ArgumentNullException.ThrowIfNull(template);
        var (least, most) = template.Range;
        var (safe, unsafeEnd) = template.Protects ? (most, least) : (least, most);
        if (!Keeps(safe))
        {
            throw new PlanRefusedException("account.no-solution", $"Even with {template.Field} {safe:G6} the plan loses more than epsilon {target.Value:G6} at delta {delta.Value:G6}: allow more, or ask less.");
        }

        // From 1 outwards, so that no absurd plan is ever accounted for.
        var start = Math.Clamp(1, least, most);
        var (good, bad) = Keeps(start) ? (start, double.NaN) : (safe, start);
        while (double.IsNaN(bad) && good != unsafeEnd)
        {
            var next = Math.Clamp(template.Protects ? good / 2 : good * 2, least, most);
            (good, bad) = Keeps(next) ? (next, bad) : (good, next);
        }

        while (good != unsafeEnd && (template.Whole ? Math.Abs(good - bad) > 1 : Math.Abs(Math.Log(good / bad)) > Precision))
        {
            var middle = template.Whole ? Math.Floor((good + bad) / 2) : Math.Sqrt(good) * Math.Sqrt(bad);
            (good, bad) = Keeps(middle) ? (middle, bad) : (good, middle);
        }

        return new CalibratedPlan(template.Field, good, PlanAccountants.Account(PlanJson.Read(template.With(good)), delta, accountant), template.With(good));

        bool Keeps(double value)
        {
            var plan = PlanJson.Read(template.With(value));
            try
            {
                return PlanAccountants.Account(plan, delta, accountant).Epsilon <= target.Value;
            }
            catch (PlanRefusedException e) when (value != safe && (e.Code is "account.no-bound" or "account.too-wide"))
            {
                return false; // so little noise that there is no figure
            }
        }
    }
}
