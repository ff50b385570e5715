using System.Collections.Immutable;
using PrivacyGrains.Grains.Rounds;

namespace PrivacyGrains.Grains.Trainings;

/// <summary>The weights after a step.</summary>
internal sealed record StepWeights(byte[] Safetensors, string Digest);

/// <summary>What a job's entries amount to. Immutable; <see cref="TrainingRules"/> decides on it.</summary>
internal sealed record TrainingState
{
    /// <summary>No job yet.</summary>
    public static TrainingState Empty { get; } = new();

    /// <summary>What the job is; null before it is created.</summary>
    public TrainingCreated? Created { get; private init; }

    /// <summary>By step, from 0: where training begins.</summary>
    public ImmutableArray<StepWeights> Weights { get; private init; } = [];

    /// <summary>Every round so far, an open one as running.</summary>
    public ImmutableArray<RoundLine> Rounds { get; private init; } = [];

    /// <summary>The plan of the round that is not known to have ended; null for none.</summary>
    public RoundPlan? Open { get; private init; }

    /// <summary>In how many rounds each participant may have been charged.</summary>
    public ImmutableDictionary<string, int> Charged { get; private init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>How the job ended; null while it runs.</summary>
    public TrainingEntry? End { get; private init; }

    /// <summary>Federated steps made.</summary>
    public int Step => Math.Max(0, Weights.Length - 1);

    /// <summary>Whether it was created and has not ended.</summary>
    public bool IsRunning => Created is not null && End is null;

    /// <summary>The state after one durable entry.</summary>
    public TrainingState Apply(TrainingEntry entry) => entry switch
    {
        TrainingCreated e => this with { Created = e, Weights = [new StepWeights(e.Weights, e.Digest)] },
        TrainingRoundPlanned e => this with { Open = e.Plan, Rounds = Rounds.Add(RoundPlanning.Open(e.Plan, e.Step)) },
        TrainingRoundTaken e => this with
        {
            Open = Open?.Session == e.Line.Session ? null : Open,
            Rounds = [.. Rounds.Select(line => line.Session == e.Line.Session ? e.Line : line)],
            Charged = Charged.SetItems(e.MayHaveCharged.Select(party => KeyValuePair.Create(party, Charged.GetValueOrDefault(party) + 1))),
            Weights = e.Digest is { } digest ? Weights.Add(new StepWeights(e.Weights!, digest)) : Weights, // the generated writer stores null bytes as "": only the digest tells
        },
        TrainingCompleted or TrainingFailed or TrainingCancelled => this with { End = entry },
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>Where the job stands, for everybody.</summary>
    /// <param name="job">Its key.</param>
    /// <param name="version">The journal's.</param>
    public TrainingView View(string job, long version) => new(
        job,
        Created!.Terms,
        version,
        End switch { null => "running", TrainingCompleted => "completed", TrainingFailed => "failed", _ => "cancelled" },
        Step,
        Open?.Number ?? 0,
        Rounds,
        Created.RhoPerRound,
        TrainingRules.EpsilonClaim(this),
        (End as TrainingCompleted)?.ModelVersion ?? 0,
        End switch { TrainingFailed f => f.Message, TrainingCancelled c => c.Reason, _ => null });
}
