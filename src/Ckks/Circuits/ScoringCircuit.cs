using System.Collections.Immutable;
using PrivacyGrains.Ckks.Encoding;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>A plan with its numbers encoded and its memory laid out: made once for a model, used by any number of <see cref="ScoringRunner"/>s at once. As secret as the model.</summary>
public sealed class ScoringCircuit
{
    /// <summary>Encodes a plan's numbers.</summary>
    /// <param name="context">Of the plan's parameters.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="ArgumentException">The context has other parameters.</exception>
    public ScoringCircuit(CkksContext context, ScoringPlan plan)
    {
        if (!context.Parameters.Equals(plan.Parameters))
        {
            throw new ArgumentException("The context has other parameters than the plan.", nameof(context));
        }

        (Context, Plan) = (context, plan);
        var encoder = new CkksEncoder(context);
        Vectors = [.. plan.Vectors.Select(v => Encode(encoder, context.SlotCount, v))];
        var layout = new CircuitMemory(plan);
        Stages = [.. plan.Stages.Select(s => s.Strands.Select(t => t.Instructions.Select(i => layout.Prepare(context, i)).ToImmutableArray()).ToImmutableArray())];
        Answers = [.. plan.AnswerValues.Select(layout.PlaceOf)];
        (SharedCount, OwnCount) = (layout.SharedCount, layout.OwnCount);
    }

    /// <summary>The parameters.</summary>
    public CkksContext Context { get; }

    /// <summary>The plan.</summary>
    public ScoringPlan Plan { get; }

    internal ImmutableArray<Plaintext> Vectors { get; }

    internal ImmutableArray<ImmutableArray<ImmutableArray<CircuitStep>>> Stages { get; }

    internal ImmutableArray<CircuitPlace> Answers { get; }

    internal int SharedCount { get; }

    internal int OwnCount { get; }

    private static Plaintext Encode(CkksEncoder encoder, int slotCount, CircuitVector vector)
    {
        var (plaintext, slots) = (new Plaintext(), new double[slotCount]);
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = vector.Values[i % vector.Values.Length];
        }

        encoder.Encode(slots, vector.Scale, vector.Level, plaintext);
        return plaintext;
    }
}

/// <summary>Where a value lies.</summary>
/// <param name="Kind">Which memory.</param>
/// <param name="Index">Where in it.</param>
internal readonly record struct CircuitPlace(CircuitPlaceKind Kind, int Index);

/// <summary>Whose memory.</summary>
internal enum CircuitPlaceKind
{
    Input,
    Shared,
    Own,
}

/// <summary>An instruction with the places of its values and its reduced factors.</summary>
internal sealed record CircuitStep(CircuitInstruction Instruction, CircuitPlace Destination, ImmutableArray<CircuitPlace> Sources, CircuitPlace A, CircuitPlace B, ScalarSums? Sums);

/// <summary>Lays out a circuit's values: what one stage leaves for later ones in shared memory, the rest in the memory of whichever thread runs the strand; places are used again when their values are no longer read.</summary>
internal sealed class CircuitMemory
{
    private readonly Dictionary<int, CircuitPlace> _places = [];

    public CircuitMemory(ScoringPlan plan)
    {
        for (var i = 0; i < plan.InputValues.Length; i++)
        {
            _places[plan.InputValues[i]] = new CircuitPlace(CircuitPlaceKind.Input, i);
        }

        var lastStage = plan.AnswerValues.ToDictionary(v => v, _ => int.MaxValue);
        for (var s = 0; s < plan.Stages.Length; s++)
        {
            foreach (var read in plan.Stages[s].Strands.SelectMany(t => t.Instructions).SelectMany(i => i.Reads))
            {
                lastStage[read] = Math.Max(lastStage.GetValueOrDefault(read), s);
            }
        }

        var shared = new Places();
        for (var s = 0; s < plan.Stages.Length; s++)
        {
            foreach (var strand in plan.Stages[s].Strands)
            {
                _places[strand.Output] = new CircuitPlace(CircuitPlaceKind.Shared, shared.Take());
                LayOut(strand);
            }

            foreach (var (value, place) in _places.Where(p => p.Value.Kind == CircuitPlaceKind.Shared && lastStage.GetValueOrDefault(p.Key) == s).ToArray())
            {
                shared.Give(place.Index);
                lastStage[value] = -1;
            }
        }

        SharedCount = shared.Count;
    }

    public int SharedCount { get; }

    public int OwnCount { get; private set; }

    public CircuitPlace PlaceOf(int value) => _places[value];

    public CircuitStep Prepare(CkksContext context, CircuitInstruction i) => new(
        i, _places[i.Destination], [.. i.Sources.Select(PlaceOf)],
        i.Product.A < 0 ? default : PlaceOf(i.Product.A), i.Product.B < 0 ? default : PlaceOf(i.Product.B),
        i.Factors.IsEmpty ? null : new ScalarSums(context, i.Level, i.Factors.AsSpan()));

    private void LayOut(CircuitStrand strand)
    {
        var last = new Dictionary<int, int>();
        for (var at = 0; at < strand.Instructions.Length; at++)
        {
            foreach (var read in strand.Instructions[at].Reads)
            {
                last[read] = at;
            }
        }

        var own = new Places();
        for (var at = 0; at < strand.Instructions.Length; at++)
        {
            var made = strand.Instructions[at].Destination;
            if (made != strand.Output)
            {
                _places[made] = new CircuitPlace(CircuitPlaceKind.Own, own.Take());
            }

            // Given back after the destination was taken: no operation writes over what it reads.
            foreach (var read in strand.Instructions[at].Reads.Distinct().Where(r => last[r] == at && _places[r].Kind == CircuitPlaceKind.Own))
            {
                own.Give(_places[read].Index);
            }
        }

        OwnCount = Math.Max(OwnCount, own.Count);
    }

    private sealed class Places
    {
        private readonly Stack<int> _free = [];

        public int Count { get; private set; }

        public int Take() => _free.TryPop(out var index) ? index : Count++;

        public void Give(int index) => _free.Push(index);
    }
}
