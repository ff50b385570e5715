using System.Collections.Immutable;

namespace PrivacyGrains.Privacy.Accounting.Plans;

/// <summary>A plan without repeats and compositions: each event once, with how often it happens.</summary>
/// <remarks>Gaussians are merged into one: k of them with multipliers s_i lose what one with 1/s^2 = sum of 1/s_i^2 does (Dong, Roth, Su 2022, corollary 3.3). So are zero-concentrated events, whose rhos add up.</remarks>
internal static class FlatPlan
{
    private const double MostRepeats = 1e12;

    /// <summary>Every event that is not a composition, in the order of first appearance.</summary>
    public static ImmutableArray<(PrivacyEvent Event, long Count)> Of(IEnumerable<PrivacyEvent> events)
    {
        var counts = new Dictionary<PrivacyEvent, long>();
        var order = new List<PrivacyEvent>();
        double precision = 0, rho = 0;
        foreach (var each in events)
        {
            Add(each, 1);
        }

        IEnumerable<(PrivacyEvent, long)> merged = order.Select(each => (each, counts[each]));
        merged = precision > 0 ? merged.Prepend((new PrivacyEvent.Gaussian((1 - 1e-15) / Math.Sqrt(precision)), 1)) : merged;
        return [.. rho > 0 ? merged.Prepend((new PrivacyEvent.Zcdp(rho * (1 + 1e-15)), 1)) : merged];

        void Add(PrivacyEvent each, long count)
        {
            switch (each)
            {
                case PrivacyEvent.Repeat repeat:
                    Add(repeat.Inner, (double)count * repeat.Count <= MostRepeats
                        ? count * repeat.Count
                        : throw new PlanRefusedException("account.too-many-events", $"Repeats multiply to more than {MostRepeats:G}: split the plan or lower \"count\"."));
                    break;
                case PrivacyEvent.Compose compose:
                    foreach (var inner in compose.Events)
                    {
                        Add(inner, count);
                    }

                    break;
                case PrivacyEvent.Gaussian gaussian:
                    precision += count / gaussian.NoiseMultiplier / gaussian.NoiseMultiplier;
                    break;
                case PrivacyEvent.Zcdp zcdp:
                    rho += count * zcdp.Rho;
                    break;
                default:
                    if (!counts.TryAdd(each, count))
                    {
                        counts[each] += count;
                    }
                    else
                    {
                        order.Add(each);
                    }

                    break;
            }
        }
    }

    /// <summary>The one event under a sample where it is one, composed Gaussians included; else the whole list.</summary>
    public static ImmutableArray<(PrivacyEvent Event, long Count)> Below(PrivacyEvent.Sampled sampled) => Of([sampled.Inner]);
}
