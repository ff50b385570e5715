using System.Diagnostics;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Client.Inferences;

/// <summary>All sides of one batch after another in this process, with what they cost together.</summary>
/// <param name="weights">Each party's shares of the weights.</param>
/// <param name="random">Uniform bytes.</param>
internal sealed class LocalRun(LayerWeights[][] weights, IRandomSource random) : IDisposable
{
    private LayerWeights[][] _weights = weights;
    private WeightMasks? _masks;

    /// <summary>Of all batches so far: counted, not stated.</summary>
    public InferenceCostBody Cost { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Dealing and expanding.</summary>
    public TimeSpan Offline { get; private set; }

    /// <summary>Sharing, rounds and opening.</summary>
    public TimeSpan Online { get; private set; }

    /// <summary>Opens the weights under masks, once for all batches after it, as an opening in a consortium does.</summary>
    /// <param name="plan">Of any batch; its weights can be masked.</param>
    public void OpenWeights(InferencePlan plan)
    {
        var started = Stopwatch.GetTimestamp();
        var (seed, digest) = (new byte[AesCtrRandomSource.SeedLength], new byte[SHA256.HashSizeInBytes]);
        random.Fill(seed);
        var masks = plan.MaskPlan(digest, digest)!; // of this run alone, whose seed is fresh
        var blobs = WeightMasks.Deal(masks, seed);
        var own = blobs.Select((blob, party) => Correlations.Expand(blob, masks.Preprocessing, masks.Namespace, party).Value).ToArray();
        _masks = WeightMasks.Recall(masks, seed);
        Offline += Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        var parties = Parties(plan.Scheme);
        var rounds = parties.Select((party, i) => WeightOpening.Open(Committee.Create(plan.Scheme, parties, party), plan, masks, _weights[i], own[i])).ToArray();
        var words = rounds.Select((round, from) => parties.Select((to, i) => i == from ? [] : round.OutboundTo(to).ToArray()).ToArray()).ToArray();
        _weights = [.. rounds.Select((round, to) => WeightOpening.Join(
            _weights[to], round.Finish([.. parties.Where((_, from) => from != to).Select(from => new PeerWords(from, words[Array.IndexOf(parties, from)][to]))]).Value).ToArray())];
        Online += Stopwatch.GetElapsedTime(started);
        Cost = new InferenceCostBody(
            Cost.Rounds + 1, Cost.MessagesPerParty + parties.Length - 1, Cost.BytesPerParty + WeightOpening.BytesPerParty(masks), Cost.PreprocessingBytes + blobs.Sum(blob => (long)blob.Length));
        foreach (var held in own)
        {
            held.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _masks?.Dispose();

    /// <summary>Runs one batch to its end.</summary>
    /// <param name="plan">What is computed.</param>
    /// <param name="session">A name that this run has not used.</param>
    /// <param name="input">rows x features, row-major.</param>
    /// <param name="cancel">Stops between messages.</param>
    /// <returns>rows x outputs, row-major.</returns>
    public double[] Complete(InferencePlan plan, SessionId session, double[] input, CancellationToken cancel)
    {
        plan = _masks is null ? plan : plan.WithMasks(_masks.Plan);
        var scheme = plan.Scheme;
        var started = Stopwatch.GetTimestamp();
        var blobs = Dealer.Deal(plan.Preprocessing, session, random, _masks);
        var correlations = blobs.Select((blob, party) => Correlations.Expand(blob, plan.Preprocessing, session, party).Value).ToArray();
        Offline += Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        var inputs = SecretSharing.Split(scheme, input, plan.InputShape, plan.Format, random);
        var parties = Parties(scheme);
        var sides = new InferenceSide[scheme.Parties];
        var outputs = new ShareTensor?[scheme.Parties];
        var bag = new Queue<(int From, RoundMessage Message)>();
        var (messages, bytes) = (0L, 0L);
        try
        {
            for (var party = 0; party < sides.Length; party++)
            {
                (sides[party], var first) = InferenceSide.Begin(
                    plan, session, Committee.Create(scheme, parties, parties[party]), inputs[party], _weights[party], correlations[party], random);
                Take(party, first);
            }

            while (bag.TryDequeue(out var next))
            {
                cancel.ThrowIfCancellationRequested();
                var to = Array.IndexOf(parties, next.Message.To);
                Take(to, sides[to].Receive(parties[next.From], next.Message.ToBytes()));
            }
        }
        finally
        {
            foreach (var held in correlations)
            {
                held.Dispose();
            }
        }

        var decoded = new double[plan.OutputShape.Length];
        plan.Format.Decode(scheme.Algebra, SecretSharing.Reconstruct([.. outputs.OfType<ShareTensor>()]).Value, decoded);
        Online += Stopwatch.GetElapsedTime(started);
        Cost = new InferenceCostBody(
            Cost.Rounds + plan.Rounds, Cost.MessagesPerParty + (messages / scheme.Parties), Cost.BytesPerParty + (bytes / scheme.Parties),
            Cost.PreprocessingBytes + blobs.Sum(blob => (long)blob.Length));
        return decoded;

        void Take(int party, InferenceProgress progress)
        {
            var outbound = progress switch
            {
                InferenceProgress.Continue go => go.Outbound,
                InferenceProgress.Finish finish => finish.Outbound,
                _ => throw new InvalidOperationException($"A side of our own halted: {progress}"),
            };
            foreach (var message in outbound)
            {
                (messages, bytes) = (messages + 1, bytes + message.Length);
                bag.Enqueue((party, message));
            }

            outputs[party] = (progress as InferenceProgress.Finish)?.Output ?? outputs[party];
        }
    }

    private static PartyId[] Parties(SharingScheme scheme) => [.. Enumerable.Range(0, scheme.Parties).Select(party => PartyId.Create($"party-{party:000}"))];
}
