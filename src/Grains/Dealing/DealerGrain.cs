using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Inference;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Grains.Weights;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Dealing;

/// <summary>Deals a session's correlated randomness, sealed to each compute party, once.</summary>
/// <remarks>
/// Sees the plan's shapes and no message of the computation. Seeds come fresh from the system's generator and are gone when the call ends. A session that was
/// prepared before a restart is unknown after it: the coordinator then ends that session, and a new one is dealt for anew. Of an opening of weights it keeps
/// the masks' secret, and recalls the masks for each session over those weights.
/// </remarks>
[PlacedWithParty]
internal sealed partial class DealerGrain(
    GrainJournals journals, IPartyKeys keys, MaskFiles masks, IGrainFactory grains, TimeProvider clock, GrainMetrics metrics, ILogger<DealerGrain> logger) : Grain, IDealerGrain
{
    private const int PreparedLimit = 1000;
    private static readonly JournalShape<DealerBook, Dealt> Shape = new(() => DealerBook.Empty, static (book, dealt) => book.Apply(dealt), DealerBook.Codec);
    private readonly Dictionary<string, Prepared> _prepared = new(StringComparer.Ordinal);
    private Journal<DealerBook, Dealt> _journal = null!;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var name = PartyId.Create(Name).Value;
        (_journal, _) = await journals.OpenAuditedAsync(
            this, name, "dealer", Shape,
            (version, dealt) => new AuditEvent(version, "dealer.dealt", dealt.Session, name, $"counter {dealt.Counter}", dealt.PlanDigest, dealt.At), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Reply<SideOffer>> PrepareAsync(SessionProposal proposal)
    {
        if (_prepared.TryGetValue(proposal.Session, out var before))
        {
            return before.Roster.Encoded.Span.SequenceEqual(proposal.Roster.Span)
                ? before.Offer
                : Refuse(new Refusal("dealer.other-proposal", $"Session {proposal.Session} was proposed with another roster. Start a new session.", RefusalKind.Conflict));
        }

        if ((await _journal.ReadAsync()).Sessions.Contains(proposal.Session))
        {
            return Refuse(new Refusal("dealer.already-dealt", $"Correlations for session {proposal.Session} were dealt already. Start a new session.", RefusalKind.Conflict));
        }

        var (session, refusal) = SessionProposals.Check(proposal, PartyId.Create(Name), RosterRoles.Dealer);
        if (session is null)
        {
            return Refuse(refusal!);
        }

        var reign = 0L;
        if (session.Statement is not { Held: null, Opening: null })
        {
            var consortium = await grains.GetGrain<IConsortiumGrain>(session.Roster.Terms.Consortium).GetAsync();
            if (consortium.Value is not { } view)
            {
                return consortium.Refusal!;
            }

            reign = view.VoidBefore;
            if ((SessionProposals.CheckHeld(session.Statement.Held, view) ?? Unknown(session, reign)) is { } unknown)
            {
                return Refuse(unknown);
            }
        }

        var signed = await grains.GetGrain<IPartyGrain>(Name).SignRosterAsync(proposal.Roster);
        if (signed.Value is not { } signature)
        {
            return signed.Refusal!;
        }

        using var local = LocalSession.Begin(session.Roster, PartyId.Create(Name), await keys.GetAsync(Name));
        var offer = new SideOffer(Name, local.Offer.Encoded, signature.Signature);
        if (_prepared.Count >= PreparedLimit)
        {
            _prepared.Remove(_prepared.Keys.First());
        }

        _prepared[proposal.Session] = new Prepared(session, offer, reign);
        return offer;
    }

    /// <inheritdoc/>
    public async Task<Reply<DealReceipt>> DealAsync(string session, ImmutableArray<SideOffer> offers)
    {
        if (!_prepared.TryGetValue(session, out var prepared))
        {
            return Refuse(new Refusal("dealer.unknown-session", $"{Name} has not prepared session {session}, or has restarted since. Start a new session.", RefusalKind.Conflict));
        }

        if (SessionProposals.CheckSignatures(prepared.Roster, offers) is { } unsigned)
        {
            return Refuse(unsigned.AsRefusal());
        }

        var sides = new List<(string Party, SessionOffer Offer)>();
        foreach (var party in prepared.Statement.ComputeParties)
        {
            var offered = offers.FirstOrDefault(offer => offer.Party == party.Value);
            if (offered is null || !SessionOffer.Accept(prepared.Roster, offered.Offer.Span).Try(out var offer, out var fault) || offer.Party != party)
            {
                return Refuse(new Refusal("dealer.missing-offer", $"{party} has made no valid offer for session {session}.", RefusalKind.Invalid));
            }

            sides.Add((party.Value, offer));
        }

        var preprocessing = prepared.Session.Preprocessing;
        if (Unknown(prepared.Session, prepared.Reign) is { } unknown)
        {
            return Refuse(unknown);
        }

        if (await _journal.DecideAsync(book => book.Deal(session, Convert.ToHexStringLower(preprocessing.Digest()), clock.GetUtcNow())) is { } refusal)
        {
            return Refuse(refusal);
        }

        var counter = _journal.State.Counter;
        _prepared.Remove(session);
        var key = await keys.GetAsync(Name);
        var self = PartyId.Create(Name);
        var messages = await Task.Run(() =>
        {
            var blobs = Blobs(prepared.Session, prepared.Reign);
            return blobs.Select((blob, i) =>
            {
                var message = SealedInput.Seal(prepared.Roster, self, key, sides[i].Offer, SessionPurposes.Correlations, blob);
                CryptographicOperations.ZeroMemory(blob);
                return message;
            }).ToList();
        });

        var replies = await Task.WhenAll(messages.Select((message, i) =>
            grains.GetGrain<IComputationGrain>($"{sides[i].Party}/{session}").AcceptCorrelationsAsync(Name, message)));
        var bytes = messages.Sum(message => (long)message.Length);
        LogDealt(session, counter, bytes);
        metrics.Dealt(bytes);
        return replies.FirstOrDefault(reply => reply.Refusal is not null)?.Refusal is { } refused
            ? refused
            : new DealReceipt(session, counter, [.. messages.Select(message => (long)message.Length)]);
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> ForgetMasksAsync(long voidBefore, string maskDigest)
    {
        if (maskDigest.Length != 2 * SHA256.HashSizeInBytes || !maskDigest.All(char.IsAsciiHexDigitLower))
        {
            return Refuse(new Refusal("dealer.bad-digest", "A digest of masks has 64 lower-case hexadecimal digits.", RefusalKind.Invalid));
        }

        await Task.Run(() => masks.Forget(Name, voidBefore, Convert.FromHexString(maskDigest)));
        return Done.Instance;
    }

    /// <summary>Masks of weights are there, or the session ends by name.</summary>
    private Refusal? Unknown(ProposedSession session, long reign) =>
        session.Plan.MaskDigest.IsEmpty || masks.Knows(Name, reign, session.Plan.MaskDigest.Span)
            ? null
            : new Refusal("dealer.unknown-masks", $"{Name} has not dealt the masks of the weights that {session.Statement.Held!.Opening} opened, or has forgotten them. Let their owner open them anew.");

    private IReadOnlyList<byte[]> Blobs(ProposedSession session, long reign)
    {
        if (session.Masks is { } opened)
        {
            masks.EraseBefore(Name, reign);
            return masks.Deal(Name, reign, opened);
        }

        using var known = session.Plan.MaskDigest.IsEmpty ? null : masks.Recall(Name, reign, session.Plan.MaskDigest.Span);
        return Dealer.Deal(session.Preprocessing, session.Roster.Terms.Session, SystemRandomSource.Instance, known);
    }

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("dealer", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Dealt for session {Session}: counter {Counter}, {Bytes} bytes")]
    private partial void LogDealt(string session, long counter, long bytes);

    private sealed record Prepared(ProposedSession Session, SideOffer Offer, long Reign)
    {
        public Roster Roster => Session.Roster;

        public InferenceStatement Statement => Session.Statement;
    }
}
