using PrivacyGrains.Messages.Audit;

namespace PrivacyGrains.Client.Audit;

/// <summary>Fetches a whole log and every ledger that can be reached, for verification now or later.</summary>
public static class AuditExporter
{
    /// <summary>Fetches.</summary>
    /// <param name="gateway">A connection of scope auditor, operator or party.</param>
    /// <param name="progress">How many entries have come, of how many.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The export, and the ledgers whose party was away, as <c>party/budget</c>.</returns>
    /// <exception cref="Errors.GatewayException">The gateway refused, or did not answer.</exception>
    public static async Task<(AuditExport Export, IReadOnlyList<string> Away)> ExportAsync(
        GatewayClient gateway, IProgress<(long Done, long Of)>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        // The log before the ledgers: an entry reaches its ledger first, so no ledger can then seem to lie behind the log.
        var head = await gateway.Audit.HeadAsync(cancel);
        var entries = await gateway.Audit.AllEntriesAsync(head.Size, new Steps(progress, head.Size), cancel);
        var consortium = await gateway.Parties.ConsortiumAsync(cancel);
        var keys = consortium.Members.ToDictionary(m => m.Party, m => m.VerificationKey, StringComparer.Ordinal);
        var (ledgers, away) = (new List<LedgerExport>(), new List<string>());
        foreach (var budget in await gateway.Budgets.ListAsync(cancel))
        {
            if (budget.Available)
            {
                var top = await gateway.Budgets.HeadAsync(budget.Party, budget.Budget, cancel);
                ledgers.Add(new LedgerExport(top, keys.GetValueOrDefault(budget.Party, []), await gateway.Budgets.AllEntriesAsync(budget.Party, budget.Budget, top.Version, cancel)));
            }
            else
            {
                away.Add($"{budget.Party}/{budget.Budget}");
            }
        }

        return (new AuditExport(head, consortium.CoordinatorKey, entries, ledgers), away);
    }

    private sealed class Steps(IProgress<(long Done, long Of)>? outer, long of) : IProgress<long>
    {
        public void Report(long value) => outer?.Report((value, of));
    }
}
