using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>The weights of a bench's model as its parties hold them from run to run.</summary>
/// <param name="Weights">For each party its shares, and what was opened of them where the model is registered.</param>
/// <param name="Masks">The dealer's masks of them, or null.</param>
internal sealed record BenchModel(IReadOnlyList<LayerWeights>[] Weights, WeightMasks? Masks)
{
    /// <summary>Splits the layers' weights, and opens them under masks where there are some.</summary>
    public static BenchModel Make(InferencePlan plan, WeightMaskPlan? masks, IReadOnlyList<IReadOnlyList<double[]>> layers)
    {
        using var random = new AesCtrRandomSource([.. Enumerable.Repeat((byte)1, AesCtrRandomSource.SeedLength)]); // the same at every party, each time
        var weights = Enumerable.Range(0, plan.Scheme.Parties).Select(_ => new List<LayerWeights>()).ToArray();
        foreach (var (parameters, values) in plan.Parameters.Zip(layers))
        {
            var shares = LayerWeights.Split(plan.Scheme, parameters, values, random);
            for (var party = 0; party < weights.Length; party++)
            {
                weights[party].Add(shares[party]);
            }
        }

        return masks is null ? new BenchModel(weights, null) : Open(plan, masks, weights, random);
    }

    private static BenchModel Open(InferencePlan plan, WeightMaskPlan masks, List<LayerWeights>[] weights, AesCtrRandomSource random)
    {
        var seed = new byte[AesCtrRandomSource.SeedLength];
        random.Fill(seed);
        PartyId[] names = [.. Enumerable.Range(0, weights.Length).Select(party => PartyId.Create($"party-{party:00}"))];
        Committee[] committees = [.. names.Select(name => Committee.Create(plan.Scheme, names, name))];
        var blobs = WeightMasks.Deal(masks, seed);
        var rounds = committees.Select((committee, party) => WeightOpening.Open(
            committee, plan, masks, weights[party], Correlations.Expand(blobs[party], masks.Preprocessing, masks.Namespace, party).Value)).ToArray();
        var words = rounds.Select((round, party) => committees[party].Peers.ToDictionary(peer => peer, peer => round.OutboundTo(peer).ToArray())).ToArray();
        var opened = rounds.Select((round, self) => round.Finish(
            [.. committees[self].Peers.Select(peer => new PeerWords(peer, words[committees[self].IndexOf(peer)][names[self]]))]).Value).ToArray();
        return new BenchModel([.. opened.Select((masked, party) => WeightOpening.Join(weights[party], masked))], WeightMasks.Recall(masks, seed));
    }
}
