using PrivacyGrains.Privacy.Accounting;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>One release of a search, to be paid for.</summary>
/// <param name="Id">The charge's name: the search's and the level's.</param>
/// <param name="Purpose">What it is, for people.</param>
/// <param name="Binding">Digest of exactly this release.</param>
/// <param name="Loss">What it costs.</param>
internal sealed record SweepCharge(string Id, string Purpose, string Binding, RenyiLoss Loss);

/// <summary>The ledger that a search is charged to. Every call may be repeated with the same id.</summary>
internal interface ISweepLedger : IAsyncDisposable
{
    /// <summary>What it is, for people.</summary>
    string Name { get; }

    /// <summary>Whether there is room for all charges, before anything is held and any record is read.</summary>
    /// <exception cref="Client.Errors.GatewayException"><c>ledger.over-budget</c>, with what is left.</exception>
    Task CheckRoomAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel);

    /// <summary>Holds a charge.</summary>
    /// <exception cref="Client.Errors.GatewayException">Refused.</exception>
    Task ReserveAsync(SweepCharge charge, CancellationToken cancel);

    /// <summary>Spends a held charge: before anything of the release is computed.</summary>
    Task CommitAsync(string id, CancellationToken cancel);

    /// <summary>Gives a held charge back whose release was never begun.</summary>
    Task RefundAsync(string id, string reason, CancellationToken cancel);

    /// <summary>How the ledger stands, and each of the charges.</summary>
    Task<SweepLedgerDocument> StandAsync(IReadOnlyList<SweepCharge> charges, CancellationToken cancel);
}
