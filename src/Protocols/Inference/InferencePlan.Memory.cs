using PrivacyGrains.Protocols.Dealing;

namespace PrivacyGrains.Protocols.Inference;

/// <content>What a party holds at once.</content>
public sealed partial class InferencePlan
{
    /// <summary>About how many bytes one party holds at most: its correction, values that are still needed, correlations of the layers under way, and one round's words of all parties.</summary>
    /// <remarks>An estimate from sizes, not a promise: buffers of channels and of the runtime come on top.</remarks>
    public long PeakBytes
    {
        get
        {
            var ends = new int[Steps.Length + 1];
            for (var i = 0; i < Steps.Length; i++)
            {
                ends[i + 1] = Math.Max(ends[i + 1], Steps[i].EndRound);
                foreach (var value in Steps[i].Node.Inputs)
                {
                    ends[value] = Math.Max(ends[value], Steps[i].EndRound);
                }
            }

            var words = new long[Rounds + 1];
            for (var i = -1; i < Steps.Length; i++)
            {
                var (first, length) = i < 0 ? (0, InputShape.Length) : (Steps[i].EndRound, Steps[i].Output.Shape.Length);
                Add(first, ends[i + 1], length);
            }

            foreach (var step in Steps)
            {
                Add(step.FirstRound, step.EndRound, step.Requests.Sum(request => request.Parts(Scheme.Algebra).Sum(part => (long)part.Words)));
            }

            for (var round = 0; round < Rounds; round++)
            {
                words[round] += (long)WordsPerRound[round] * (Scheme.Parties + 1);
            }

            return sizeof(ulong) * (words.Max() + Enumerable.Range(0, Scheme.Parties).Max(Preprocessing.CorrectionWords));

            void Add(int from, int to, long count)
            {
                for (var round = from; round <= to; round++)
                {
                    words[round] += count;
                }
            }
        }
    }

    /// <summary>Bytes of correction that one node's correlations cost the party that gets most.</summary>
    /// <param name="step">One of <see cref="Steps"/>.</param>
    public long PreprocessingBytes(PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return sizeof(ulong) * PreprocessingPlan.Create(Scheme, step.Requests).CorrectionWords(Scheme.Parties - 1);
    }
}
