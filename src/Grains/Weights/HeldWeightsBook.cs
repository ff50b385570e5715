using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Weights;

/// <summary>Which weights a party holds and what their owners allow: every party keeps the terms for itself. Pure.</summary>
/// <remarks>A session counts from <see cref="Use"/> on, also where it ends without a result: what a receiver learned of a session that broke off is not known here.</remarks>
internal sealed record HeldWeightsBook(ImmutableDictionary<string, HeldOpening> Openings)
{
    private const int MostOpenings = 1024;

    /// <summary>Before the first opening.</summary>
    public static HeldWeightsBook Empty { get; } = new(ImmutableDictionary.Create<string, HeldOpening>(StringComparer.Ordinal));

    /// <summary>How the book is written down whole.</summary>
    public static JournalSnapshots<HeldWeightsBook> Snapshots { get; } = new(
        "weights.book.v1",
        Every: 256,
        static book => JsonSerializer.SerializeToUtf8Bytes(new HeldWeightsSnapshot([.. book.Openings.Values.OrderBy(held => held.Keep.Opening, StringComparer.Ordinal)]), HeldWeightsJson.Default.HeldWeightsSnapshot),
        static bytes => JsonSerializer.Deserialize(bytes.Span, HeldWeightsJson.Default.HeldWeightsSnapshot) is { } kept
            ? new HeldWeightsBook(Empty.Openings.AddRange(kept.Openings.Select(held => KeyValuePair.Create(held.Keep.Opening, held))))
            : throw new JsonException("null"));

    /// <summary>The files that must stay.</summary>
    public IReadOnlySet<string> Files => Openings.Values.Where(held => !held.IsWithdrawn).Select(held => held.Keep.MaskDigest).ToHashSet(StringComparer.Ordinal);

    /// <summary>Applies a durable entry.</summary>
    public HeldWeightsBook Apply(HeldWeightsEntry entry) => entry switch
    {
        WeightsKept kept => new(Openings.SetItem(kept.Keep.Opening, new HeldOpening(kept.Keep, 0, null, false))),
        WeightsUsed used => new(Openings.SetItem(used.Opening, Openings[used.Opening] with { Used = Openings[used.Opening].Used + 1, LastSession = used.Session })),
        WeightsWithdrawn withdrawn => new(Openings.SetItem(withdrawn.Opening, Openings[withdrawn.Opening] with { IsWithdrawn = true })),
        _ => throw new ArgumentException($"No entry of held weights: {entry.GetType().Name}", nameof(entry)),
    };

    /// <summary>Holds an opening's weights: each opening once.</summary>
    public Decision<HeldWeightsEntry> Keep(WeightsKeep keep, DateTimeOffset now) =>
        Openings.ContainsKey(keep.Opening) ? new Refusal("inference.weights-kept-before", $"The weights of {keep.Opening} were kept here before; an opening is run once.")
        : Openings.Values.Count(held => !held.IsWithdrawn) >= MostOpenings ? new Refusal("inference.weights-too-many", $"Weights of {MostOpenings} openings are held already. Let an owner withdraw one.", RefusalKind.Exhausted)
        : new WeightsKept(keep, now);

    /// <summary>Whether the owner's terms, the roster and the plan allow a session.</summary>
    /// <returns>Null, or the refusal, which names the opening.</returns>
    public Refusal? Check(WeightsUse use, string self, DateTimeOffset now)
    {
        if (!Openings.TryGetValue(use.Opening, out var held))
        {
            return NotHeld(use.Opening, self);
        }

        var (keep, terms) = (held.Keep, held.Keep.Terms);
        return held.IsWithdrawn ? new Refusal("inference.weights-withdrawn", $"{keep.Owner} has withdrawn the weights of {keep.Opening}.")
            : keep.Holders != use.Holders
                ? new Refusal("inference.weights-other-roster", $"{self} holds the weights of {keep.Opening} with other compute parties, another dealer or other keys of theirs than those of {use.Session}.")
            : !Fits(keep, use)
                ? new Refusal("inference.weights-other-plan", $"{use.Session} computes something else than the plan with which {keep.Owner} let {keep.Opening} be held, or on more records at once.")
            : !terms.Receivers.Contains(use.Receiver)
                ? new Refusal("inference.weights-other-receiver", $"{keep.Owner} does not let {use.Receiver} ask with the weights of {keep.Opening}.", RefusalKind.Forbidden)
            : held.Used >= terms.Sessions
                ? new Refusal("inference.weights-used-up", $"The weights of {keep.Opening} have served {held.Used} sessions, which is all that {keep.Owner} allows.", RefusalKind.Exhausted)
            : now.ToUnixTimeSeconds() >= terms.Until
                ? new Refusal("inference.weights-expired", $"{keep.Owner} let the weights of {keep.Opening} be used until {DateTimeOffset.FromUnixTimeSeconds(Math.Min(terms.Until, 253402300799)).ToString("u", CultureInfo.InvariantCulture)}.")
            : null;
    }

    /// <summary>Counts a session.</summary>
    public Decision<HeldWeightsEntry> Use(WeightsUse use, string self, DateTimeOffset now) =>
        Openings.TryGetValue(use.Opening, out var held) && held.LastSession == use.Session && !held.IsWithdrawn ? Decision<HeldWeightsEntry>.Nothing
        : Check(use, self, now) is { } refusal ? refusal
        : new WeightsUsed(use.Opening, use.Session, use.Receiver, now);

    /// <summary>Lets go of an opening's weights.</summary>
    public Decision<HeldWeightsEntry> Withdraw(string opening, string owner, string self, DateTimeOffset now) =>
        !Openings.TryGetValue(opening, out var held) ? NotHeld(opening, self)
        : held.Keep.Owner != owner ? new Refusal("inference.weights-not-the-owner", $"The weights of {opening} are {held.Keep.Owner}'s to withdraw.", RefusalKind.Forbidden)
        : held.IsWithdrawn ? Decision<HeldWeightsEntry>.Nothing
        : new WeightsWithdrawn(opening, now);

    /// <summary>What anybody may see.</summary>
    public Reply<HeldWeightsView> View(string opening, string self) =>
        Openings.TryGetValue(opening, out var held)
            ? new HeldWeightsView(self, opening, held.Keep.Owner, held.IsWithdrawn ? "withdrawn" : "held", held.Keep.MaskDigest, held.Keep.Masks, held.Keep.Terms, held.Used)
            : NotHeld(opening, self);

    /// <summary>The event of an entry.</summary>
    public static AuditEvent Audit(string party, long version, HeldWeightsEntry entry) => entry switch
    {
        WeightsKept e => new AuditEvent(
            version, "weights.kept", e.Keep.Opening, party,
            $"of {e.Keep.Owner}, for {string.Join(", ", e.Keep.Terms.Receivers)}, {e.Keep.Terms.Sessions.ToString(CultureInfo.InvariantCulture)} sessions", e.Keep.MaskDigest, e.At),
        WeightsUsed e => new AuditEvent(version, "weights.used", e.Opening, party, $"{e.Session} for {e.Receiver}", string.Empty, e.At),
        WeightsWithdrawn e => new AuditEvent(version, "weights.withdrawn", e.Opening, party, string.Empty, string.Empty, e.At),
        _ => throw new ArgumentException($"No entry of held weights: {entry.GetType().Name}", nameof(entry)),
    };

    /// <summary>Weights that are not here.</summary>
    public static Refusal NotHeld(string opening, string self) => new("inference.weights-not-held", $"{self} holds no weights of {opening}. Let their owner open them.", RefusalKind.NotFound);

    private static bool Fits(WeightsKeep keep, WeightsUse use) =>
        InferencePlan.Parse(keep.Plan.Span).Try(out var opened, out _) && WeightMaskPlan.Parse(keep.Masks.Span).Try(out var masks, out _)
        && InferencePlan.Parse(use.Plan.Span).Try(out var plan, out _) && HeldWeights.Fits(opened, masks, plan);
}
