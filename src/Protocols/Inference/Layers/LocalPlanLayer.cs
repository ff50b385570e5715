using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference.Layers;

/// <summary>A layer that every party computes on its shares alone.</summary>
public abstract record LocalPlanLayer : PlanLayer
{
    private protected LocalPlanLayer()
    {
    }

    internal abstract ShareTensor Apply(LayerPlace place, ShareTensor[] inputs);

    internal sealed override IEnumerable<AwaitingPeers[]> Script(LayerPlace place, LayerRun run, ShareTensor[] inputs, Slot<ShareTensor> slot)
    {
        slot.Value = Apply(place, inputs);
        return [];
    }
}
