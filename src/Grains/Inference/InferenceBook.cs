using System.Collections.Immutable;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Inference;

/// <summary>The rules of one joint inference, over what its journal says. Pure.</summary>
internal sealed record InferenceBook
{
    /// <summary>Before the first entry.</summary>
    public static InferenceBook Empty { get; } = new();

    /// <summary>What it is; null before it is created.</summary>
    public InferenceCreated? Created { get; private init; }

    /// <summary>The sides' offers; empty while preparing.</summary>
    public ImmutableArray<SideOffer> Offers { get; private init; } = [];

    /// <summary>The digest of each slot's shares that every side holds.</summary>
    public ImmutableDictionary<string, string> Inputs { get; private init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>How each side ended.</summary>
    public ImmutableDictionary<string, SideOutcome> Sides { get; private init; } = ImmutableDictionary<string, SideOutcome>.Empty;

    /// <summary>How it was ended; null otherwise.</summary>
    public InferenceAborted? Aborted { get; private init; }

    private ImmutableArray<(string Name, DateTimeOffset At)> Marks { get; init; } = [];

    private bool Begun { get; init; }

    /// <summary>Grows with every entry.</summary>
    public long Version { get; private init; }

    /// <summary>As the view says it.</summary>
    public string Status =>
        Aborted is not null ? "aborted"
        : Created is null ? "unknown"
        : Offers.IsEmpty ? "preparing"
        : !Begun ? "awaiting-inputs"
        : Created.Terms.ComputeParties.All(Sides.ContainsKey) ? "completed"
        : "computing";

    /// <summary>Whether nothing more will happen.</summary>
    public bool IsOver => Status is "completed" or "aborted";

    /// <summary>Whose answer is missing: parties while preparing and computing, slots while inputs are awaited.</summary>
    public ImmutableArray<string> WaitingFor => Status switch
    {
        "preparing" => Created!.Terms.ComputeParties.Add(Created.Terms.Dealer),
        "awaiting-inputs" => [.. Created!.Terms.Inputs.Where(input => !Inputs.ContainsKey(input.Slot)).Select(input => $"{input.Slot} of {input.Party}")],
        "computing" => [.. Created!.Terms.ComputeParties.Where(party => !Sides.ContainsKey(party))],
        _ => [],
    };

    /// <summary>Applies a durable entry.</summary>
    public InferenceBook Apply(InferenceEntry entry)
    {
        var next = this with { Version = Version + 1 };
        return entry switch
        {
            InferenceCreated created => next with { Created = created, Marks = [("preparing", created.At)] },
            SidesOffered offered => next with { Offers = offered.Offers, Marks = Marks.Add(("awaiting-inputs", offered.At)) },
            InputAccepted input => next with { Inputs = Inputs.SetItem(input.Slot, input.Digest) },
            ComputingBegun begun => next with { Begun = true, Marks = Marks.Add(("preprocessing", begun.At)) },
            CorrelationsSupplied supplied => next with { Marks = Marks.Add(("computing", supplied.At)) },
            SideEnded side => (next with { Sides = Sides.SetItem(side.Outcome.Party, side.Outcome) }).Marked(side.At),
            InferenceAborted aborted => next with { Aborted = aborted, Marks = Marks.Add(("over", aborted.At)) },
            _ => throw new ArgumentException($"No entry of an inference: {entry.GetType().Name}", nameof(entry)),
        };
    }

    /// <summary>Opens the session, once.</summary>
    public Decision<InferenceEntry> Create(InferenceCreated created) =>
        Created is null ? created
        : SameTerms(Created.Terms, created.Terms) ? Decision<InferenceEntry>.Nothing
        : new Refusal("inference.session-reused", "This session exists with other terms. Choose a new session name.", RefusalKind.Conflict);

    /// <summary>Takes everybody's signature.</summary>
    public Decision<InferenceEntry> Offer(ImmutableArray<SideOffer> offers, DateTimeOffset now) =>
        IsOver ? Over() : Offers.IsEmpty ? new SidesOffered(offers, now) : Decision<InferenceEntry>.Nothing;

    /// <summary>Whether a slot may be given now: by its party, once.</summary>
    /// <returns>Null where it may, or where the same bytes are there already.</returns>
    public Refusal? MayGive(SlotShares input, string digest)
    {
        if (Created is null)
        {
            return Unknown();
        }

        if (Created.Terms.Inputs.FirstOrDefault(slot => slot.Slot == input.Slot) is not { } expected)
        {
            return new Refusal("inference.unknown-slot", $"This inference has no input called '{input.Slot}'.", RefusalKind.NotFound);
        }

        if (expected.Party != input.Party)
        {
            return new Refusal("inference.foreign-slot", $"Input '{input.Slot}' is {expected.Party}'s to give.", RefusalKind.Forbidden);
        }

        if (input.Shares.Length != Created.Terms.ComputeParties.Length)
        {
            return new Refusal(
                "inference.wrong-share-count", $"Give one sealed share for each of {Created.Terms.ComputeParties.Length} compute parties; {input.Shares.Length} came.", RefusalKind.Invalid);
        }

        if (Inputs.TryGetValue(input.Slot, out var before))
        {
            return before == digest ? null : new Refusal("inference.input-given", $"Input '{input.Slot}' was given already, with other bytes.", RefusalKind.Conflict);
        }

        return Status == "awaiting-inputs" ? null
            : IsOver ? Over()
            : new Refusal("inference.not-ready", "The sides have not agreed yet. Wait for the status awaiting-inputs.", RefusalKind.Conflict);
    }

    /// <summary>Notes that every side holds a slot.</summary>
    public Decision<InferenceEntry> Accept(SlotShares input, string digest, DateTimeOffset now) =>
        MayGive(input, digest) is { } refusal ? refusal
        : Inputs.ContainsKey(input.Slot) ? Decision<InferenceEntry>.Nothing
        : new InputAccepted(input.Slot, digest, now);

    /// <summary>Begins to compute, once, when all inputs are there.</summary>
    public Decision<InferenceEntry> Begin(DateTimeOffset now) =>
        Status == "awaiting-inputs" && WaitingFor.IsEmpty ? new ComputingBegun(now) : Decision<InferenceEntry>.Nothing;

    /// <summary>Notes where the sides' correlations came from.</summary>
    public Decision<InferenceEntry> Supply(string? lot, DateTimeOffset now) => Status == "computing" ? new CorrelationsSupplied(lot, now) : Decision<InferenceEntry>.Nothing;

    /// <summary>Takes a side's end. A fault of one side ends the session.</summary>
    public Decision<InferenceEntry> End(SideOutcome outcome, DateTimeOffset now)
    {
        if (Created is null)
        {
            return Unknown();
        }

        if (IsOver || Sides.ContainsKey(outcome.Party) || !Created.Terms.ComputeParties.Contains(outcome.Party))
        {
            return Decision<InferenceEntry>.Nothing;
        }

        return outcome.FaultCode is null
            ? new SideEnded(outcome, now)
            : new InferenceAborted(outcome.FaultCode, $"{outcome.Party} ended its side: {outcome.FaultMessage}", now);
    }

    /// <summary>Ends the session without a result, unless it is over.</summary>
    public Decision<InferenceEntry> Abort(string code, string reason, DateTimeOffset now) =>
        Created is null ? Unknown() : IsOver ? Decision<InferenceEntry>.Nothing : new InferenceAborted(code, reason, now);

    /// <summary>What anybody may see.</summary>
    public Reply<InferenceView> View(string session) =>
        Created is null
            ? Unknown()
            : new InferenceView(session, Created.Terms, Version, Status, Created.Roster, Offers, WaitingFor, Aborted?.Code, Aborted?.Reason, Created.Cost, Seconds());

    /// <summary>The event of an entry.</summary>
    public static AuditEvent Audit(string session, long version, InferenceEntry entry) => entry switch
    {
        InferenceCreated created => new AuditEvent(
            version, "inference.created", session, created.By,
            $"compute {string.Join(", ", created.Terms.ComputeParties)}; dealer {created.Terms.Dealer}; receiver {created.Terms.Receiver}", string.Empty, entry.At),
        SidesOffered offered => new AuditEvent(version, "inference.agreed", session, "coordinator", $"{offered.Offers.Length} members signed the roster", string.Empty, entry.At),
        InputAccepted input => new AuditEvent(version, "inference.input", session, "coordinator", input.Slot, input.Digest, entry.At),
        ComputingBegun => new AuditEvent(version, "inference.computing", session, "coordinator", "all inputs are in", string.Empty, entry.At),
        CorrelationsSupplied supplied => new AuditEvent(
            version, "inference.correlations", session, "coordinator", supplied.Lot is { } lot ? $"{lot} of the sides' stock" : "dealt for this session", string.Empty, entry.At),
        SideEnded side => new AuditEvent(
            version, "inference.output", session, side.Outcome.Party, $"sealed output share to the receiver after {side.Outcome.Rounds} rounds", side.Outcome.TranscriptHash, entry.At),
        InferenceAborted aborted => new AuditEvent(version, "inference.aborted", session, "coordinator", $"{aborted.Code}: {aborted.Reason}", string.Empty, entry.At),
        _ => throw new ArgumentException($"No entry of an inference: {entry.GetType().Name}", nameof(entry)),
    };

    private InferenceBook Marked(DateTimeOffset at) => Status == "completed" ? this with { Marks = Marks.Add(("over", at)) } : this;

    private static Refusal Unknown() => new("inference.unknown", "There is no such inference.", RefusalKind.NotFound);

    private static bool SameTerms(InferenceTerms left, InferenceTerms right) => InferenceTermsForm.Bytes(left).AsSpan().SequenceEqual(InferenceTermsForm.Bytes(right));

    private Refusal Over() => new("inference.over", $"This inference is {Status}{(Aborted is { } aborted ? $" ({aborted.Code})" : string.Empty)}. Start a new one.", RefusalKind.Conflict);

    private ImmutableDictionary<string, double> Seconds() =>
        Marks.Zip(Marks.Skip(1)).ToImmutableDictionary(pair => pair.First.Name, pair => (pair.Second.At - pair.First.At).TotalSeconds);
}
