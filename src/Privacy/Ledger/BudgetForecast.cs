using System.Collections.Immutable;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>Where one level stands, and when it runs out if things go on as they did.</summary>
/// <param name="Standing">Where it stands.</param>
/// <param name="Days">Over how many days the rate is taken; zero where nothing was charged.</param>
/// <param name="SharePerDay">The mean part of the level's limit that is held or spent a day.</param>
/// <param name="RunsOutAt">When nothing is left at that rate; null where nothing was charged in the window, or it lies more than a century ahead.</param>
public sealed record LevelForecast(LevelStanding Standing, double Days, double SharePerDay, DateTimeOffset? RunsOutAt);

/// <summary>When a budget's levels run out at the present rate: an extrapolation for people, which decides nothing.</summary>
public static class BudgetForecast
{
    /// <summary>The longest window.</summary>
    public const int LongestDays = 30;

    private const double Century = 36525;

    /// <summary>How it is computed, for whoever reads a statement.</summary>
    public const string Method =
        "At the mean rate of the last 30 days, or of the time since the level's first charge where that is shorter, and of one day at least; in the loss at the level's preset order, which adds up charge by charge. What was refunded does not count. A level that nothing was charged to in that time has no date.";

    /// <summary>The forecast of every level that a charge has met.</summary>
    /// <param name="ledger">Open.</param>
    /// <param name="now">The time of the statement.</param>
    /// <returns>The data set first, then as <see cref="BudgetLedger.Levels"/>.</returns>
    /// <exception cref="InvalidOperationException">The ledger has not been opened.</exception>
    public static ImmutableArray<LevelForecast> Of(BudgetLedger ledger, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var (definition, from) = (ledger.Definition, now.AddDays(-LongestDays));
        var met = new Dictionary<LevelKey, (double Recent, DateTimeOffset First)>();
        foreach (var charge in ledger.Charges.Where(c => c.Status != LedgerStatus.Refunded))
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(charge.ReservedAtUnixMs);
            foreach (var (key, limit) in definition.Levels.Met(charge.Request.Analyst, charge.Request.Blocks).Prepend((LevelKey.DataSet, definition.Limit)))
            {
                var (recent, first) = met.TryGetValue(key, out var known) ? known : (0, at);
                var share = at > from ? charge.Request.Loss.Units[limit.OrderIndex] / (double)limit.LimitUnits : 0;
                met[key] = (recent + share, at < first ? at : first);
            }
        }

        return [.. ledger.ToStatement().Levels.Select(level => met.TryGetValue(level.Level, out var rate) ? Forecast(level, rate.Recent, rate.First, now) : new LevelForecast(level, 0, 0, null))];
    }

    private static LevelForecast Forecast(LevelStanding level, double recent, DateTimeOffset first, DateTimeOffset now)
    {
        var days = Math.Clamp((now - first).TotalDays, 1, LongestDays);
        var rate = recent / days;
        var left = rate > 0 ? Math.Max(0, 1 - level.Share) / rate : double.PositiveInfinity;
        return new LevelForecast(level, days, rate, left < Century ? now.AddDays(left) : null);
    }
}
