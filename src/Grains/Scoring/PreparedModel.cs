using System.Collections.Concurrent;
using System.Collections.Immutable;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Circuits;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>A version that can be computed: its plans, and its numbers encoded once a layout is asked for. As secret as the model. Thread-safe.</summary>
internal sealed class PreparedModel(CkksContext context, ImmutableArray<ScoringPlan> plans, ScoringEvaluators evaluators)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ScoringLayout, ScoringCircuit> _circuits = [];
    private readonly ConcurrentDictionary<ScoringLayout, ConcurrentBag<ScoringRunner>> _idle = new();

    /// <summary>The parameters.</summary>
    public CkksContext Context { get; } = context;

    /// <summary>Each way to lay out rows.</summary>
    public ImmutableArray<ScoringPlan> Plans { get; } = plans;

    /// <summary>The model.</summary>
    public EncryptedModel Model => Plans[0].Model;

    /// <summary>A layout's name.</summary>
    public static string NameOf(ScoringLayout layout) => layout is ScoringLayout.Batched ? "batched" : "packed";

    /// <summary>What a request counts: every row that its slots can hold.</summary>
    public static long RowsCounted(ScoringPlan plan) => plan.Layout is ScoringLayout.Batched ? plan.Rows : plan.Parameters.SlotCount / Math.Max(1, plan.Period);

    /// <summary>A layout's plan, or null.</summary>
    public ScoringPlan? Find(string layout) => Plans.FirstOrDefault(p => NameOf(p.Layout) == layout);

    /// <summary>Takes a runner with its memory, or makes one.</summary>
    public ScoringRunner Rent(ScoringPlan plan)
    {
        if (_idle.GetOrAdd(plan.Layout, static _ => []).TryTake(out var idle))
        {
            return idle;
        }

        ScoringCircuit? circuit;
        lock (_gate)
        {
            if (!_circuits.TryGetValue(plan.Layout, out circuit))
            {
                _circuits[plan.Layout] = circuit = new ScoringCircuit(Context, plan);
            }
        }

        return new ScoringRunner(circuit, Environment.ProcessorCount, evaluators.Make);
    }

    /// <summary>Gives one back.</summary>
    public void Return(ScoringRunner runner)
    {
        var idle = _idle.GetOrAdd(runner.Plan.Layout, static _ => []);
        if (idle.Count < Environment.ProcessorCount)
        {
            idle.Add(runner);
        }
    }
}
