using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>What a round's entries amount to. Immutable; <see cref="RoundRules"/> decides on it.</summary>
/// <remarks>
/// Phases follow one another as in Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS 2017, figure 4: who
/// answered phase k is the paper's U(k+1), kept in <see cref="Entered"/> under the next phase's name. Deadlines are not state: after a restart the
/// present phase's deadline starts anew.
/// </remarks>
internal sealed record RoundState
{
    private static readonly ImmutableSortedSet<string> Nobody = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>No round yet.</summary>
    public static RoundState Empty { get; } = new();

    /// <summary>What the round is; null before it starts.</summary>
    public RoundStarted? Start { get; private init; }

    /// <summary>Of <see cref="RoundPhases"/>; empty before the start.</summary>
    public string Phase { get; private init; } = "";

    /// <summary>Who began each phase that was reached.</summary>
    public ImmutableDictionary<string, ImmutableSortedSet<string>> Entered { get; private init; } = ImmutableDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal);

    /// <summary>Who is still in: began the present phase and has not withdrawn since.</summary>
    public ImmutableSortedSet<string> In { get; private init; } = Nobody;

    /// <summary>Every message that stands, by phase and party.</summary>
    public ImmutableDictionary<(string Phase, string Party), MessageAccepted> Messages { get; private init; } = ImmutableDictionary<(string Phase, string Party), MessageAccepted>.Empty;

    /// <summary>Who has left, in order.</summary>
    public ImmutableArray<DroppedView> Dropped { get; private init; } = [];

    /// <summary>Whose input is in the sum; empty before CheckConsistency.</summary>
    public ImmutableSortedSet<string> Survivors { get; private init; } = Nobody;

    /// <summary>Seconds that each finished phase took.</summary>
    public ImmutableDictionary<string, double> Seconds { get; private init; } = ImmutableDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>When the present phase began.</summary>
    public DateTimeOffset PhaseBegan { get; private init; }

    /// <summary>The result, once completed.</summary>
    public RoundCompleted? Result { get; private init; }

    /// <summary>Why there is none, once aborted.</summary>
    public RoundAborted? Abort { get; private init; }

    /// <summary>Whether everybody who has to know of its end knows.</summary>
    public bool IsSettled { get; private init; }

    /// <summary>Whether it started and has not ended.</summary>
    public bool IsOpen => Start is not null && Result is null && Abort is null;

    /// <summary>Whether it has ended, with a result or without.</summary>
    public bool HasEnded => Result is not null || Abort is not null;

    /// <summary>Who has answered in the present phase and is still in.</summary>
    public ImmutableSortedSet<string> Answered => IsOpen ? In.Where(party => Messages.ContainsKey((Phase, party))).ToImmutableSortedSet(StringComparer.Ordinal) : Nobody;

    /// <summary>Who is still to answer in the present phase.</summary>
    public ImmutableSortedSet<string> WaitingFor => IsOpen ? In.Where(party => !Messages.ContainsKey((Phase, party))).ToImmutableSortedSet(StringComparer.Ordinal) : Nobody;

    /// <summary>Answers that the last phase has, of parties that withdrew since included: what unmasks, unmasks.</summary>
    public ImmutableArray<MessageAccepted> MessagesOf(string phase) =>
        [.. Messages.Where(m => m.Key.Phase == phase).Select(m => m.Value).OrderBy(m => m.Party, StringComparer.Ordinal)];

    /// <summary>The state after one durable entry.</summary>
    public RoundState Apply(RoundEntry entry) => entry switch
    {
        RoundStarted e => Enter(RoundPhases.AdvertiseKeys, [.. e.Plan.Participants.Select(p => p.Party)], e.At) with { Start = e },
        MessageAccepted e => this with { Messages = Messages.SetItem((e.Phase, e.Party), e) },
        ParticipantWithdrew e => this with { In = In.Remove(e.Party), Dropped = Dropped.Add(new DroppedView(e.Party, e.Phase, e.Reason)) },
        PhaseClosed e => (Left(e.Missing, e.At) with { Survivors = e.Phase == RoundPhases.CollectMaskedInputs ? ToSet(e.GoOn) : Survivors }).Enter(e.Next, e.GoOn, e.At),
        RoundCompleted e => Left(e.Missing, e.At) with { Phase = RoundPhases.Completed, In = Nobody, Result = e },
        RoundAborted e => Left(e.Missing, e.At) with { Phase = RoundPhases.Aborted, In = Nobody, Abort = e },
        RoundSettled => this with { IsSettled = true },
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "No such entry."),
    };

    /// <summary>Where the round stands, for everybody.</summary>
    /// <param name="version">The journal's.</param>
    /// <param name="deadline">Of the present phase.</param>
    public RoundView View(long version, DateTimeOffset deadline) => new(
        Start!.Plan, version, Phase, deadline, [.. WaitingFor], Dropped, [.. Survivors], Abort?.Code, Abort?.Reason, Seconds);

    private static ImmutableSortedSet<string> ToSet(ImmutableArray<string> parties) => parties.ToImmutableSortedSet(StringComparer.Ordinal);

    private RoundState Enter(string phase, ImmutableArray<string> parties, DateTimeOffset at)
    {
        var set = ToSet(parties);
        return this with { Phase = phase, In = set, Entered = Entered.SetItem(phase, set), PhaseBegan = at };
    }

    private RoundState Left(ImmutableArray<string> missing, DateTimeOffset at) => this with
    {
        Dropped = Dropped.AddRange(missing.Select(party => new DroppedView(party, Phase, RoundRules.NoAnswer))),
        Seconds = Phase.Length == 0 ? Seconds : Seconds.SetItem(Phase, Math.Max(0, (at - PhaseBegan).TotalSeconds)),
    };
}
