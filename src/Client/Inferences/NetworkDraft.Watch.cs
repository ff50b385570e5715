using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Inference.Layers;

namespace PrivacyGrains.Client.Inferences;

/// <content>Tells the receiver, beside the outputs of each record, whether a clip that the planner set cut a number of it.</content>
internal sealed partial class NetworkDraft
{
    /// <summary>The same plan with that bit, where there is such a clip and the plan stays sound; else the plan as it is.</summary>
    public InferencePlan Watched(InferencePlan plan)
    {
        var before = _nodes.ToList();
        var (places, counts, greatest) = (new int[before.Count + 1], new List<int>(), 0L);
        _nodes.Clear();
        for (var i = 0; i < before.Count; i++)
        {
            var (node, name) = before[i];
            node = node with { Inputs = [.. node.Inputs.Select(value => places[value])] };
            if (node.Layer is ClipLayer { IsBrake: true } brake)
            {
                var output = plan.Steps[i].Output;
                _nodes.Add((new PlanNode(brake.Counting(), node.Inputs), name));
                var counted = _nodes.Count;
                _nodes.Add((new PlanNode(PartLayer.Create(output.Width, 1), [counted]), name));
                counts.Add(_nodes.Count);
                greatest += 2L * output.Width;
                node = new PlanNode(PartLayer.Create(0, output.Shape.Dimensions.AsSpan()[1..]), [counted]);
            }

            _nodes.Add((node, name));
            places[i + 1] = _nodes.Count;
        }

        if (counts.Count > 0 && greatest <= int.MaxValue / 2 && plan.OutputShape.Dimensions.Length == 2)
        {
            _nodes.Add((new PlanNode(QuietLayer.Create((int)greatest), [.. counts]), "clips"));
            _nodes.Add((new PlanNode(ConcatLayer.Create(0), [places[^1], _nodes.Count]), "output"));
            if (InferencePlan.TryCreateGraph(plan.Scheme, plan.Rows, plan.Features, _nodes.Select(node => node.Node), plan.Format.FractionalBits, plan.InputBound, out _) is { } watched)
            {
                return watched;
            }
        }

        Restore(before);
        return plan;
    }
}
