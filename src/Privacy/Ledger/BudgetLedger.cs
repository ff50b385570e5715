using System.Collections.Immutable;
using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>One budget's rules: what may be reserved, spent and given back. A value; nothing here writes or waits.</summary>
/// <remarks>
/// <para>Use: decide (<see cref="Reserve"/> and the like), append the decision's entry durably where there is one, then <see cref="Apply"/> it. On a conflict of the journal,
/// replay what others wrote and decide again. Replaying a journal's entries gives the same ledger at each prefix.</para>
/// <para>A reservation counts in full, order by order, from its entry on, so that releases which run at once are covered (Haney et al. 2023). It does not expire: it ends by commit,
/// or by a refund that the caller may ask for only while nothing could have been opened. A committed charge whose session aborted stands.</para>
/// <para>A repeated request (same id, same content) is answered with how it stands now, and changes nothing.</para>
/// </remarks>
public sealed partial class BudgetLedger
{
    private readonly BudgetDefinition? _definition;
    private readonly ImmutableDictionary<string, ChargeView> _charges;
    private readonly ImmutableDictionary<string, DisclosureView> _disclosures;
    private readonly ImmutableDictionary<(string Purpose, string Recipient), long> _used;
    private readonly ImmutableList<string> _hashes;
    private readonly LossSum _spent;
    private readonly ImmutableDictionary<LevelKey, LevelSum> _levels;

    private BudgetLedger(
        BudgetDefinition? definition,
        ImmutableDictionary<string, ChargeView> charges,
        ImmutableDictionary<string, DisclosureView> disclosures,
        ImmutableDictionary<(string Purpose, string Recipient), long> used,
        ImmutableList<string> hashes,
        LossSum spent,
        ImmutableDictionary<LevelKey, LevelSum> levels)
    {
        _definition = definition;
        _charges = charges;
        _disclosures = disclosures;
        _used = used;
        _hashes = hashes;
        _spent = spent;
        _levels = levels;
    }

    /// <summary>A ledger without entries; only <see cref="Open"/> is accepted.</summary>
    public static BudgetLedger Empty { get; } = new(
        null,
        ImmutableDictionary.Create<string, ChargeView>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, DisclosureView>(StringComparer.Ordinal),
        ImmutableDictionary<(string Purpose, string Recipient), long>.Empty,
        [],
        LossSum.Zero,
        ImmutableDictionary<LevelKey, LevelSum>.Empty);

    /// <summary>Whether the ledger has been opened.</summary>
    public bool IsOpen => _definition is not null;

    /// <summary>What the budget guards.</summary>
    /// <exception cref="InvalidOperationException">The ledger has not been opened.</exception>
    public BudgetDefinition Definition => _definition ?? throw new InvalidOperationException("The ledger has not been opened.");

    /// <summary>How many entries there are: the version that the next append expects.</summary>
    public long Version => _hashes.Count;

    /// <summary>Where the ledger stands in its chain.</summary>
    /// <exception cref="InvalidOperationException">The ledger has not been opened.</exception>
    public LedgerHead Head => new(Definition.Party, Definition.Budget, Version, _hashes[^1]);

    /// <summary>Every charge as it stands, in no order.</summary>
    public IEnumerable<ChargeView> Charges => _charges.Values;

    /// <summary>Every disclosure as it stands, in no order.</summary>
    public IEnumerable<DisclosureView> Disclosures => _disclosures.Values;

    /// <summary>The sum of all losses that are held or spent.</summary>
    public RenyiLoss LossSoFar => _spent.ToLoss();

    /// <summary>The epsilon of all that is held or spent, in nats at the preset delta, rounded up.</summary>
    /// <exception cref="InvalidOperationException">The ledger has not been opened.</exception>
    public double EpsilonSoFar => LossUnits.ToShowUp(EpsilonUnitsSoFar);

    /// <summary>The epsilon that is left, in nats at the preset delta, rounded down.</summary>
    /// <exception cref="InvalidOperationException">The ledger has not been opened.</exception>
    public double EpsilonLeft => Math.Max(0, LossUnits.ToShowDown(Definition.Limit.EpsilonUnits() - EpsilonUnitsSoFar));

    /// <summary>The epsilon of all that is held or spent, at the preset delta and order, in units of 2^-40, rounded up.</summary>
    internal long EpsilonUnitsSoFar => Definition.Limit.EpsilonUnits(_spent.At(Definition.Limit.OrderIndex));

    /// <summary>Every filter below the data set's that a charge has met so far, in ordinal order.</summary>
    /// <returns>Its name, limit, and what is held or spent of it: epsilon in nats at the level's own delta, rounded up, and what is left, rounded down.</returns>
    public IEnumerable<LevelStanding> Levels => _levels
        .OrderBy(l => l.Key.Analyst, StringComparer.Ordinal).ThenBy(l => l.Key.Block, StringComparer.Ordinal).Select(l => l.Value.Standing(l.Key));

    /// <summary>Rebuilds a ledger from its journal.</summary>
    /// <param name="entries">In order, from the first.</param>
    /// <returns>The ledger.</returns>
    /// <exception cref="InvalidDataException">An entry is not in its place or does not follow from those before it.</exception>
    public static BudgetLedger Replay(IEnumerable<LedgerEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return entries.Aggregate(Empty, (ledger, entry) => ledger.Apply(entry));
    }

    /// <summary>A charge as it stands.</summary>
    /// <param name="chargeId">Names the charge.</param>
    /// <returns>The charge, or null.</returns>
    public ChargeView? FindCharge(string chargeId) => _charges.GetValueOrDefault(chargeId);

    /// <summary>A disclosure as it stands.</summary>
    /// <param name="disclosureId">Names the disclosure.</param>
    /// <returns>The disclosure, or null.</returns>
    public DisclosureView? FindDisclosure(string disclosureId) => _disclosures.GetValueOrDefault(disclosureId);

    /// <summary>Whether a release is paid for: what a party asks before it gives its output share or unmasking answer.</summary>
    /// <param name="id">Names a charge or a disclosure.</param>
    /// <param name="releaseBinding">The digest that the party computed itself, of what it is about to release.</param>
    /// <returns>True only for a committed charge or disclosure, neither aborted nor refunded, of exactly this binding.</returns>
    public bool IsCommittedFor(string id, string releaseBinding) =>
        _charges.TryGetValue(id, out var charge) ? charge.Status == LedgerStatus.Committed && charge.Request.ReleaseBinding == releaseBinding
        : _disclosures.TryGetValue(id, out var disclosure) && disclosure.Status == LedgerStatus.Committed && disclosure.Request.ReleaseBinding == releaseBinding;

    /// <summary>How many outputs are held or spent of a quota.</summary>
    /// <param name="purpose">The kind of output.</param>
    /// <param name="recipient">The quota's recipient, which may be <see cref="DisclosureQuota.AnyRecipient"/>.</param>
    /// <returns>Zero or more.</returns>
    public long QuotaUsed(string purpose, string recipient) => _used.GetValueOrDefault((purpose, recipient));

    /// <summary>Where the budget stands, for people.</summary>
    /// <returns>The statement.</returns>
    /// <exception cref="InvalidOperationException">The ledger has not been opened.</exception>
    public LedgerStatement ToStatement() => LedgerStatement.Of(this);

    /// <summary>Whether this ledger lacks something that a witness has seen: it was rolled back, or its history was rewritten.</summary>
    /// <param name="witnessed">A head that another member kept.</param>
    /// <returns>True where the witnessed entry is missing here or is another; use of the ledger must then be refused.</returns>
    /// <exception cref="ArgumentException">The head is of another ledger.</exception>
    public bool IsBehind(LedgerHead witnessed)
    {
        ArgumentNullException.ThrowIfNull(witnessed);
        if (_definition is { } definition && (witnessed.Party != definition.Party || witnessed.Budget != definition.Budget))
        {
            throw new ArgumentException("The witnessed head is of another ledger.", nameof(witnessed));
        }

        return witnessed.Version > Version || (witnessed.Version > 0 && _hashes[(int)witnessed.Version - 1] != witnessed.Hash);
    }
}
