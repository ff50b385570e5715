using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One party's side of a whole plan: every node begins in the round that the plan says, and nodes that are under way share rounds.</summary>
/// <remarks>In a round, nodes stand in the order in which they began, and those that begin together in the plan's order; so do the correlations that they take. A value is forgotten after its last use.</remarks>
internal static class PlanScript
{
    internal static IEnumerable<AwaitingPeers[]> Run(
        InferencePlan plan, Committee committee, ShareTensor input, IReadOnlyList<LayerWeights> weights, Correlations correlations, IRandomSource random, Slot<ShareTensor> slot)
    {
        var values = new ShareTensor?[plan.Steps.Length + 1];
        values[0] = input;
        var places = WeightPlaces(plan);
        var uses = new int[values.Length];
        foreach (var step in plan.Steps.SelectMany(step => step.Node.Inputs))
        {
            uses[step]++;
        }

        uses[^1]++;
        var (running, next) = (new List<Running>(), 0);
        for (var round = 0; ; round++)
        {
            running.RemoveAll(node => !node.GoesOn());
            for (; next < plan.Order.Length && plan.Steps[plan.Order[next]].FirstRound == round; next++)
            {
                var (index, step) = (plan.Order[next], plan.Steps[plan.Order[next]]);
                var result = new Slot<ShareTensor>();
                ShareTensor[] inputs = [.. step.Node.Inputs.Select(value => values[value]!)];
                var run = new LayerRun(committee, places[index] is { } place ? weights[place] : null, correlations, random);
                var node = new Running(step.Node.Layer.Script(step.Place, run, inputs, result).GetEnumerator(), () => End(index, result));
                if (node.GoesOn())
                {
                    running.Add(node);
                }
            }

            if (running.Count == 0)
            {
                break;
            }

            yield return [.. running.SelectMany(node => node.Steps)];
        }

        slot.Value = values[^1]!;

        void End(int index, Slot<ShareTensor> result)
        {
            values[index + 1] = result.Value;
            foreach (var used in plan.Steps[index].Node.Inputs)
            {
                values[used] = --uses[used] == 0 ? null : values[used];
            }
        }
    }

    /// <summary>Which entry of the weights a node has, or null.</summary>
    private static int?[] WeightPlaces(InferencePlan plan)
    {
        var next = 0;
        return [.. plan.Steps.Select(step => step.Parameters.IsEmpty ? (int?)null : next++)];
    }

    private sealed class Running(IEnumerator<AwaitingPeers[]> script, Action end)
    {
        public AwaitingPeers[] Steps => script.Current;

        public bool GoesOn()
        {
            if (script.MoveNext())
            {
                return true;
            }

            script.Dispose();
            end();
            return false;
        }
    }
}
