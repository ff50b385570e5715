using System.Collections.Concurrent;
using System.Text.Json;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Grains.Ledger;

/// <summary>What a fixed plan is charged.</summary>
/// <param name="Json">The plan as it is kept: without spaces.</param>
/// <param name="Relation">What the plan is about.</param>
/// <param name="Loss">At each order of the grid.</param>
internal sealed record PlannedLoss(string Json, NeighbouringRelation Relation, RenyiLoss Loss);

/// <summary>The figures of fixed plans, computed off the grains' scheduler and kept: what a plan is charged, and its tight epsilon for statements.</summary>
/// <remarks>
/// A tight figure is begun when its plan is charged or first shown, one after another on a thread of the pool, and is shown once it is there: nobody waits for it, and nothing
/// is decided by it. One of these serves a silo.
/// </remarks>
internal sealed class PlanFigures
{
    private const int MostKept = 1024;
    private readonly ConcurrentDictionary<(string Plan, double Delta), Task<double?>> _tight = new();
    private readonly ConcurrentDictionary<string, PlannedLoss> _losses = new(StringComparer.Ordinal);
    private readonly TaskScheduler _oneByOne = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default).ExclusiveScheduler;

    /// <summary>What a plan is charged.</summary>
    /// <param name="json">The plan as it came.</param>
    /// <returns>The loss, or why the plan is refused.</returns>
    public async Task<(PlannedLoss? Plan, string? Fault)> LossAsync(string json)
    {
        if (json.Length > 4 * Privacy.Ledger.ChargeRequest.LongestPlan)
        {
            return (null, $"A plan has at most {Privacy.Ledger.ChargeRequest.LongestPlan} characters.");
        }

        if (_losses.TryGetValue(json, out var kept))
        {
            return (kept, null);
        }

        try
        {
            var loss = await Task.Run(() =>
            {
                var plan = PlanJson.Read(json);
                using var document = JsonDocument.Parse(json);
                return new PlannedLoss(JsonSerializer.Serialize(document.RootElement, LedgerFiguresJson.Default.JsonElement), plan.Relation, RenyiAccountant.Loss(plan));
            });
            Keep(_losses, json, loss);
            return (loss, null);
        }
        catch (PlanRefusedException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>A plan's tight epsilon, where it is there; else it is begun.</summary>
    /// <param name="json">A plan that was charged.</param>
    /// <param name="delta">At which.</param>
    /// <returns>An upper bound; null while it is being computed, and where there is none.</returns>
    public double? Tight(string json, Delta delta)
    {
        if (!_tight.TryGetValue((json, delta.Value), out var figure))
        {
            figure = Task.Factory.StartNew(() => Compute(json, delta), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _oneByOne);
            Keep(_tight, (json, delta.Value), figure);
        }

        return figure.IsCompletedSuccessfully ? figure.Result : null;
    }

    private static double? Compute(string json, Delta delta)
    {
        try
        {
            var epsilon = PldAccountant.Epsilon(PlanJson.Read(json), delta);
            return double.IsFinite(epsilon) ? Math.Ceiling(epsilon * 1e6) / 1e6 : null;
        }
        catch (Exception e) when (e is PlanRefusedException or OutOfMemoryException)
        {
            return null; // Charged by its Renyi loss; it has no tight figure.
        }
    }

    private static void Keep<TKey, TValue>(ConcurrentDictionary<TKey, TValue> kept, TKey key, TValue value)
        where TKey : notnull
    {
        if (kept.Count >= MostKept)
        {
            kept.Clear(); // Rare, and costs only computing again.
        }

        kept[key] = value;
    }
}

/// <summary>Writes plans without spaces.</summary>
[System.Text.Json.Serialization.JsonSourceGenerationOptions(WriteIndented = false)]
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
internal sealed partial class LedgerFiguresJson : System.Text.Json.Serialization.JsonSerializerContext;
