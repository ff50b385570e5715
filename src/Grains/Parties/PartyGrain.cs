using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Grains.Parties;

/// <summary>A party's presence: describes its data sets, signs rosters that name it, and witnesses the ledgers of others.</summary>
/// <remarks>
/// Two streams: the party's own decisions, which are audited, and the witnessed heads, which come with every charge of the others and are kept with snapshots.
/// Calls only the consortium and the audit log, never a ledger, so that ledgers may wait for it.
/// </remarks>
[PlacedWithParty]
internal sealed partial class PartyGrain(
    GrainJournals journals, IPartyKeys keys, IGrainFactory grains, GrainSettings settings, TimeProvider clock, GrainMetrics metrics, ILogger<PartyGrain> logger)
    : Grain, IPartyGrain
{
    private static readonly JournalShape<PartyBook, PartyEntry> Shape = new(() => PartyBook.Empty, static (book, entry) => book.Apply(entry), PartyEntries.Codec);
    private static readonly JournalShape<WitnessBook, HeadWitnessed> WitnessShape =
        new(() => WitnessBook.Empty, static (book, head) => book.Apply(head), PartyEntries.WitnessCodec, WitnessBook.Snapshots);

    private readonly Dictionary<string, VerificationKey> _members = new(StringComparer.Ordinal);
    private Journal<PartyBook, PartyEntry> _journal = null!;
    private Journal<WitnessBook, HeadWitnessed> _witnessed = null!;
    private DateTimeOffset? _agentSeenAt;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var name = PartyId.Create(Name).Value;
        (_journal, _) = await journals.OpenAuditedAsync(this, name, "party", Shape, (version, entry) => PartyBook.Audit(name, version, entry), cancellationToken);
        _witnessed = await journals.OpenAsync(name, "witness", WitnessShape, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<PartyView> GetAsync() => new(
        Name, settings.Silo, (await keys.GetAsync(Name)).PublicKey.Fingerprint, _agentSeenAt, [.. (await _journal.ReadAsync()).DataSets.Values]);

    /// <inheritdoc/>
    public Task NotePresenceAsync(string agentVersion)
    {
        _agentSeenAt = clock.GetUtcNow();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<Reply<DataSetView>> DescribeDataSetAsync(DataSetView dataSet) =>
        await _journal.DecideAsync(book => book.Describe(dataSet, Caller.Name, clock.GetUtcNow())) is { } refusal
            ? Refuse(refusal)
            : _journal.State.DataSets[dataSet.Name];

    /// <inheritdoc/>
    public async Task<Reply<SignatureView>> SignRosterAsync(ReadOnlyMemory<byte> roster)
    {
        if (!Roster.Decode(roster.Span).Try(out var decoded, out var fault))
        {
            return Refuse(new Refusal(fault.Code, $"The roster cannot be read: {fault}.", RefusalKind.Invalid));
        }

        var consortium = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
        if (consortium.Value is not { } view)
        {
            return consortium.Refusal!;
        }

        var self = PartyId.Create(Name);
        if (await _journal.DecideAsync(book => book.Agree(decoded, self, view, Caller.Name, clock.GetUtcNow())) is { } refusal)
        {
            return Refuse(refusal);
        }

        return new SignatureView(Name, RosterSignature.Sign(decoded, self, await keys.GetAsync(Name)).Signature);
    }

    /// <inheritdoc/>
    public async Task<Reply<Done>> WitnessAsync(LedgerHeadView head)
    {
        if (!SignedLedgerHead.FromParts(head.Party, head.Budget, head.Version, head.HeadHash, head.Signature.Span).Try(out var signed, out var fault))
        {
            return Refuse(new Refusal("witness.malformed", fault.Explanation, RefusalKind.Invalid));
        }

        if (head.Party == Name || await KeyOfAsync(head.Party, signed) is null)
        {
            return Refuse(new Refusal("witness.unsigned", $"The head carries no signature of another member called {head.Party}.", RefusalKind.Forbidden));
        }

        if (await _witnessed.DecideAsync(book => book.Witness(signed, clock.GetUtcNow())) is not { } refusal)
        {
            return Done.Instance;
        }

        var kept = _witnessed.State.Find(head.Party, head.Budget)!;
        await _journal.DecideAsync(book => book.NoteRefused(refusal, head, kept, Caller.Name, clock.GetUtcNow()));
        LogHeadRefused(Name, head.Party, head.Budget, head.Version, kept.Version, refusal.Code);
        return Refuse(refusal);
    }

    /// <inheritdoc/>
    public async Task<LedgerHeadView?> GetWitnessedAsync(string party, string budget) =>
        (await _witnessed.ReadAsync()).Find(party, budget) is { } head
            ? new LedgerHeadView(head.Party, head.Budget, head.Version, head.HeadHash, head.Signature)
            : null;

    /// <inheritdoc/>
    public async Task<CountersignedHead?> CountersignAsync(string party, string budget)
    {
        if (await GetWitnessedAsync(party, budget) is not { } head
            || !SignedLedgerHead.FromParts(head.Party, head.Budget, head.Version, head.HeadHash, head.Signature.Span).Try(out var signed, out _))
        {
            return null;
        }

        return new CountersignedHead(head, signed.Witness(await keys.GetAsync(Name)));
    }

    /// <summary>The member's key, where the head verifies under it. Known keys are asked first: the coordinator need not be there for every head.</summary>
    private async Task<VerificationKey?> KeyOfAsync(string party, SignedLedgerHead head)
    {
        if (_members.TryGetValue(party, out var known) && head.Verify(known) is null)
        {
            return known;
        }

        var reply = await grains.GetGrain<IConsortiumGrain>(settings.Consortium).GetAsync();
        var member = reply.Value?.Members.FirstOrDefault(m => m.Party == party);
        return member is not null && VerificationKey.TryCreate(member.VerificationKey.Span, out var key) && head.Verify(key) is null ? _members[party] = key : null;
    }

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("party", refusal.Code);
        return refusal;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Witness} refused a head of {Party}/{Budget} at version {Version}, having witnessed version {Kept}: {Code}")]
    private partial void LogHeadRefused(string witness, string party, string budget, long version, long kept, string code);
}
