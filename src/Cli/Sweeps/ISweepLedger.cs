using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>One release of a search, to be paid for.</summary>
/// <param name="Id">The charge's name: the search's and the level's.</param>
/// <param name="Purpose">What it is, for people.</param>
/// <param name="Binding">Digest of exactly this release.</param>
/// <param name="Loss">What it costs.</param>
/// <param name="Plan">The same as a plan, from which a party's ledger computes the loss itself.</param>
internal sealed record SweepCharge(string Id, string Purpose, string Binding, RenyiLoss Loss, string Plan);

/// <summary>The ledger that a search is charged to. Every call may be repeated with the same id. Refusals are exceptions with the ledger's code, as <c>ledger.over-budget</c>.</summary>
internal interface ISweepLedger : IDisposable
{
    /// <summary>Holds a charge.</summary>
    Task ReserveAsync(SweepCharge charge, CancellationToken cancel);

    /// <summary>Spends a held charge: before anything of the release is computed.</summary>
    Task CommitAsync(string id, CancellationToken cancel);

    /// <summary>Gives a held charge back whose release was never begun.</summary>
    Task RefundAsync(string id, string reason, CancellationToken cancel);

    /// <summary>How the ledger stands, and those of the charges that it knows.</summary>
    Task<SweepLedgerDocument> StandAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel);
}
