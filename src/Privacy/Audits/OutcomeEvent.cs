using System.Globalization;

namespace PrivacyGrains.Privacy.Audits;

/// <summary>A set of outcomes: those listed, or all up to or from one on.</summary>
internal sealed record OutcomeEvent(IReadOnlySet<long>? Listed, long AtLeast, long AtMost)
{
    private const double Deviations = 3;

    public bool Contains(long outcome) => Listed?.Contains(outcome) ?? (outcome >= AtLeast && outcome <= AtMost);

    public override string ToString() => Listed is null
        ? AtLeast == long.MinValue ? string.Create(CultureInfo.InvariantCulture, $"at most {AtMost}") : string.Create(CultureInfo.InvariantCulture, $"at least {AtLeast}")
        : "one of " + string.Join(", ", Listed.Order().Take(6)) + (Listed.Count > 6 ? ", ..." : string.Empty);

    /// <summary>Finds the event that shows most: likelier sides first by ratio, from the least outcome on, and from the greatest.</summary>
    /// <param name="likely">Counts on the input where the event should be likely.</param>
    /// <param name="rare">Counts on the other.</param>
    /// <param name="draws">On each.</param>
    /// <param name="delta">What the claim forgives.</param>
    public static OutcomeEvent Best(Dictionary<long, int> likely, Dictionary<long, int> rare, int draws, double delta)
    {
        long[] outcomes = [.. likely.Keys.Union(rare.Keys).Order()];
        var (best, score) = (new OutcomeEvent(null, long.MinValue, long.MaxValue), 0.0);
        Walk(outcomes, last => new OutcomeEvent(null, long.MinValue, last));
        Walk([.. outcomes.Reverse()], last => new OutcomeEvent(null, last, long.MaxValue));
        long[] byRatio = [.. outcomes.OrderByDescending(o => (likely.GetValueOrDefault(o) + 0.5) / (rare.GetValueOrDefault(o) + 0.5)).ThenBy(o => o)];
        var listed = 0;
        Walk(byRatio, _ => new OutcomeEvent(new HashSet<long>(byRatio.Take(listed)), 0, 0));
        return best;

        void Walk(long[] order, Func<long, OutcomeEvent> upTo)
        {
            var (p, q) = (0L, 0L);
            for (var i = 0; i < order.Length; i++)
            {
                (p, q, listed) = (p + likely.GetValueOrDefault(order[i]), q + rare.GetValueOrDefault(order[i]), i + 1);
                var value = Score(p, q);
                if (value > score)
                {
                    (best, score) = (upTo(order[i]), value);
                }
            }
        }

        // A guess at the bound that the other half will give.
        double Score(long p, long q)
        {
            var (a, b) = (p / (double)draws, (q + 1) / (double)draws);
            var low = a - (Deviations * Math.Sqrt(a * (1 - a) / draws)) - delta;
            var high = b + (Deviations * Math.Sqrt(Math.Max(0, b * (1 - b)) / draws));
            return low > 0 ? Math.Log(low / high) : 0;
        }
    }
}
