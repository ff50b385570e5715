using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Client.Audit;

/// <summary>The audit log.</summary>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class AuditClient(GatewayConnection connection)
{
    private const int PageSize = 500;

    /// <summary>The signed head.</summary>
    public Task<TreeHeadBody> HeadAsync(CancellationToken cancel = default) => connection.GetAsync<TreeHeadBody>(Segments.Path("audit", "head"), cancel);

    /// <summary>One page of entries from an index.</summary>
    public Task<Page<AuditEntryBody>> EntriesAsync(long from = 0, int limit = PageSize, CancellationToken cancel = default) =>
        connection.GetAsync<Page<AuditEntryBody>>($"{Segments.Path("audit", "entries")}?from={from}&limit={limit}", cancel);

    /// <summary>All entries that a head of this size covers.</summary>
    public async Task<IReadOnlyList<AuditEntryBody>> AllEntriesAsync(long size, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        var all = new List<AuditEntryBody>();
        while (all.Count < size)
        {
            var page = await EntriesAsync(all.Count, (int)Math.Min(PageSize, size - all.Count), cancel);
            if (page.Items.Count == 0)
            {
                break; // shorter than its head says: whoever verifies will say so
            }

            all.AddRange(page.Items);
            progress?.Report(all.Count);
        }

        return all;
    }

    /// <summary>Entries as they are written, from an index on; ends only when the caller stops.</summary>
    public IAsyncEnumerable<ServerEvent<AuditEntryBody>> FollowAsync(long from = 0, CancellationToken cancel = default) =>
        connection.FollowAsync<AuditEntryBody>(Segments.Path("audit", "events"), from == 0 ? null : $"{from - 1}", cancel);

    /// <summary>The proof that an entry is in the tree of that size.</summary>
    public Task<ProofBody> InclusionAsync(long index, long size, CancellationToken cancel = default) =>
        connection.GetAsync<ProofBody>($"{Segments.Path("audit", "proofs", "inclusion")}?index={index}&size={size}", cancel);

    /// <summary>The proof that the tree of the first size is a prefix of the tree of the second.</summary>
    public Task<ProofBody> ConsistencyAsync(long first, long second, CancellationToken cancel = default) =>
        connection.GetAsync<ProofBody>($"{Segments.Path("audit", "proofs", "consistency")}?first={first}&second={second}", cancel);
}
