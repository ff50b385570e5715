using System.Diagnostics;
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
internal sealed class LocalRun(LayerWeights[][] weights, IRandomSource random)
{
    /// <summary>Of all batches so far: counted, not stated.</summary>
    public InferenceCostBody Cost { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Dealing and expanding.</summary>
    public TimeSpan Offline { get; private set; }

    /// <summary>Sharing, rounds and opening.</summary>
    public TimeSpan Online { get; private set; }

    /// <summary>Runs one batch to its end.</summary>
    /// <param name="plan">What is computed.</param>
    /// <param name="session">A name that this run has not used.</param>
    /// <param name="input">rows x features, row-major.</param>
    /// <param name="cancel">Stops between messages.</param>
    /// <returns>rows x outputs, row-major.</returns>
    public double[] Complete(InferencePlan plan, SessionId session, double[] input, CancellationToken cancel)
    {
        var scheme = plan.Scheme;
        var started = Stopwatch.GetTimestamp();
        var blobs = Dealer.Deal(plan.Preprocessing, session, random);
        var correlations = blobs.Select((blob, party) => Correlations.Expand(blob, plan.Preprocessing, session, party).Value).ToArray();
        Offline += Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        var inputs = SecretSharing.Split(scheme, input, plan.InputShape, plan.Format, random);
        PartyId[] parties = [.. Enumerable.Range(0, scheme.Parties).Select(party => PartyId.Create($"party-{party:000}"))];
        var sides = new InferenceSide[scheme.Parties];
        var outputs = new ShareTensor?[scheme.Parties];
        var bag = new Queue<(int From, RoundMessage Message)>();
        var (messages, bytes) = (0L, 0L);
        try
        {
            for (var party = 0; party < sides.Length; party++)
            {
                (sides[party], var first) = InferenceSide.Begin(
                    plan, session, Committee.Create(scheme, parties, parties[party]), inputs[party], weights[party], correlations[party], random);
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
}
