using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Client.Budgets;

/// <summary>Privacy budgets: opening, charging, reading.</summary>
/// <remarks>Every write has a natural id and may be repeated. A refusal is a <see cref="Errors.GatewayException"/>, as <c>ledger.over-budget</c>.</remarks>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class BudgetsClient(GatewayConnection connection)
{
    private const int PageSize = 500;

    /// <summary>All budgets that were opened, ordered by party and name.</summary>
    public async Task<IReadOnlyList<BudgetSummary>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<BudgetSummary>>(Segments.Path("budgets"), cancel)).Items;

    /// <summary>Opens a budget of the caller's own party; the same terms again are the same budget, others are refused.</summary>
    public Task<StatementBody> OpenAsync(string party, string budget, BudgetTermsBody terms, CancellationToken cancel = default) =>
        connection.SendAsync<BudgetTermsBody, StatementBody>(HttpMethod.Put, Segments.Path("budgets", party, budget), terms, cancel: cancel);

    /// <summary>Limit, loss so far, what is left, and every charge.</summary>
    public Task<StatementBody> StatementAsync(string party, string budget, CancellationToken cancel = default) =>
        connection.GetAsync<StatementBody>(Segments.Path("budgets", party, budget), cancel);

    /// <summary>The newest head, signed by the party.</summary>
    public Task<LedgerHeadBody> HeadAsync(string party, string budget, CancellationToken cancel = default) =>
        connection.GetAsync<LedgerHeadBody>(Segments.Path("budgets", party, budget, "head"), cancel);

    /// <summary>The newest head that each other member has seen, under that member's signature.</summary>
    public async Task<IReadOnlyList<WitnessedHeadBody>> WitnessesAsync(string party, string budget, CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<WitnessedHeadBody>>(Segments.Path("budgets", party, budget, "witnesses"), cancel)).Items;

    /// <summary>One page of chained entries after a version.</summary>
    public Task<Page<LedgerEntryBody>> EntriesAsync(string party, string budget, long afterVersion = 0, int limit = PageSize, CancellationToken cancel = default) =>
        connection.GetAsync<Page<LedgerEntryBody>>($"{Segments.Path("budgets", party, budget, "entries")}?after={afterVersion}&limit={limit}", cancel);

    /// <summary>All chained entries up to a version.</summary>
    public async Task<IReadOnlyList<LedgerEntryBody>> AllEntriesAsync(string party, string budget, long upToVersion, CancellationToken cancel = default)
    {
        var all = new List<LedgerEntryBody>();
        while (all.Count < upToVersion)
        {
            var limit = (int)Math.Min(PageSize, upToVersion - all.Count);
            var page = await EntriesAsync(party, budget, all.Count, limit, cancel);
            if (page.Items.Count == 0)
            {
                break; // shorter than its head says: whoever verifies will say so
            }

            all.AddRange(page.Items);
        }

        return all;
    }

    /// <summary>Holds a loss, or counts a disclosure.</summary>
    public Task<ChargeReceiptBody> ReserveAsync(string party, string budget, ReserveChargeRequest request, CancellationToken cancel = default) =>
        connection.SendAsync<ReserveChargeRequest, ChargeReceiptBody>(HttpMethod.Post, Segments.Path("budgets", party, budget, "charges"), request, repeatable: true, cancel: cancel);

    /// <summary>Keeps a held loss: from here on the release may be opened.</summary>
    public Task<ChargeReceiptBody> CommitAsync(string party, string budget, string chargeId, CancellationToken cancel = default) =>
        connection.PostAsync<ChargeReceiptBody>(Segments.Path("budgets", party, budget, "charges", chargeId, "commit"), repeatable: true, cancel);

    /// <summary>Gives a held loss back; refused once committed.</summary>
    public Task<ChargeReceiptBody> RefundAsync(string party, string budget, string chargeId, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<ChargeReason, ChargeReceiptBody>(
            HttpMethod.Post, Segments.Path("budgets", party, budget, "charges", chargeId, "refund"), new(reason), repeatable: true, cancel: cancel);

    /// <summary>Marks a committed charge whose round or session aborted. The loss stands.</summary>
    public Task<ChargeReceiptBody> AbortAsync(string party, string budget, string chargeId, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<ChargeReason, ChargeReceiptBody>(
            HttpMethod.Post, Segments.Path("budgets", party, budget, "charges", chargeId, "abort"), new(reason), repeatable: true, cancel: cancel);

    /// <summary>One charge or disclosure.</summary>
    public Task<ChargeReceiptBody> FindAsync(string party, string budget, string chargeId, CancellationToken cancel = default) =>
        connection.GetAsync<ChargeReceiptBody>(Segments.Path("budgets", party, budget, "charges", chargeId), cancel);
}
