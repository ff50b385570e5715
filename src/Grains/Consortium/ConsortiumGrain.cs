using System.Collections.Immutable;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Consortium;

/// <summary>Keeps the consortium's book: serialises its changes and makes each durable before it is acknowledged.</summary>
[PlacedWithCoordinator]
internal sealed class ConsortiumGrain(GrainJournals journals, TimeProvider clock, GrainMetrics metrics) : Grain, IConsortiumGrain
{
    private static readonly JournalShape<ConsortiumBook, ConsortiumEntry> Shape =
        new(() => ConsortiumBook.Empty, static (book, entry) => book.Apply(entry), ConsortiumEntries.Codec);

    private Journal<ConsortiumBook, ConsortiumEntry> _journal = null!;

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_journal, _) = await journals.OpenAuditedAsync(this, IStores.ConsortiumOwner, $"consortium/{Name}", Shape, ConsortiumAudit.Describe, cancellationToken);
        CountMembers();
    }

    /// <inheritdoc/>
    public Task<Reply<ConsortiumView>> EnsureCreatedAsync(ConsortiumFounding founding) =>
        DecideAsync(book => book.Found(founding, Caller.Name, clock.GetUtcNow()), book => book.View(Name));

    /// <inheritdoc/>
    public async Task<Reply<ConsortiumView>> GetAsync() =>
        await _journal.ReadAsync() is { Founding: not null } book ? book.View(Name) : ConsortiumRules.NotFounded;

    /// <inheritdoc/>
    public Task<Reply<MemberView>> InviteAsync(Invitation invitation) =>
        DecideAsync(book => book.Invite(invitation, Caller.Name, clock.GetUtcNow()), book => book.Members[invitation.Party].View(invitation.Party));

    /// <inheritdoc/>
    public Task<Reply<MemberView>> JoinAsync(JoinRequest request) =>
        DecideAsync(book => book.Join(Name, request, clock.GetUtcNow()), book => book.Members[request.Party].View(request.Party));

    /// <inheritdoc/>
    public Task<Reply<ConsortiumView>> RevokeMemberAsync(string party, string reason) =>
        DecideAsync(book => book.Revoke(party, reason, Caller.Name, clock.GetUtcNow()), book => book.View(Name));

    /// <inheritdoc/>
    public Task<Reply<ConsortiumView>> BeginEpochAsync(long after, string reason) =>
        DecideAsync(book => book.BeginEpoch(after, reason, Caller.Name, clock.GetUtcNow()), book => book.View(Name));

    /// <inheritdoc/>
    public Task<Reply<CredentialView>> AddCredentialAsync(CredentialGrant grant) =>
        DecideAsync(book => book.AddCredential(grant, Caller.Name, clock.GetUtcNow()), book => book.Credentials[grant.CredentialId].View(grant.CredentialId));

    /// <inheritdoc/>
    public Task<Reply<Done>> RevokeCredentialAsync(string credentialId) =>
        DecideAsync(book => book.RevokeCredential(credentialId, Caller.Name, clock.GetUtcNow()), _ => Done.Instance);

    /// <inheritdoc/>
    public async Task<ImmutableArray<CredentialView>> ListCredentialsAsync() => [.. (await _journal.ReadAsync()).Credentials.Select(c => c.Value.View(c.Key))];

    /// <inheritdoc/>
    public Task<Reply<Principal>> AuthenticateAsync(string credentialId, string secretHash)
    {
        // Interleaves with a change that is under way: reads what is durable, and waits for nothing.
        var reply = _journal.State.Authenticate(credentialId, secretHash, clock.GetUtcNow());
        if (reply.Refusal is { } refusal)
        {
            metrics.Refused("consortium", refusal.Code);
        }

        return Task.FromResult(reply);
    }

    /// <inheritdoc/>
    public async Task RegisterAsync(CatalogueEntry entry) => await _journal.DecideAsync(book => book.Catalogue(entry, Caller.Name, clock.GetUtcNow()));

    /// <inheritdoc/>
    public async Task<ImmutableArray<CatalogueEntry>> ListAsync(string kind) => [.. (await _journal.ReadAsync()).Catalogue.Where(e => e.Kind == kind)];

    private async Task<Reply<T>> DecideAsync<T>(Func<ConsortiumBook, Decision<ConsortiumEntry>> decide, Func<ConsortiumBook, T> view)
        where T : class
    {
        if (await _journal.DecideAsync(decide) is { } refusal)
        {
            metrics.Refused("consortium", refusal.Code);
            return refusal;
        }

        CountMembers();
        return view(_journal.State);
    }

    private void CountMembers()
    {
        foreach (var status in (ReadOnlySpan<string>)[MemberStatus.Invited, MemberStatus.Member, MemberStatus.Revoked])
        {
            metrics.MembersStand(status, _journal.State.Members.Values.Count(m => m.Status == status));
        }
    }
}
