using System.Collections.Immutable;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.SecureAggregation;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>Keeps one cohort's masked inputs and adds them up. Learns nothing: each is uniformly random without the masks.</summary>
[PlacedWithCoordinator]
internal sealed class AggregatorGrain(GrainJournals journals, TimeProvider clock, GrainMetrics metrics) : Grain, IAggregatorGrain
{
    private static readonly JournalShape<AggregatorState, MaskedInputAdded> Shape =
        new(() => AggregatorState.Empty, static (state, entry) => state.Apply(entry), AggregatorCodec.Instance);

    private Journal<AggregatorState, MaskedInputAdded> _journal = null!;
    private (CohortScope Scope, SecureAggregationContext Context)? _known;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _journal = await journals.OpenAsync(IStores.ConsortiumOwner, $"aggregator/{this.GetPrimaryKeyString()}", Shape, cancellationToken);

    /// <inheritdoc/>
    public async Task<Reply<Done>> AddAsync(CohortScope scope, string party, ReadOnlyMemory<byte> message)
    {
        if (!ContextOf(scope).Try(out var context, out var fault))
        {
            return Refuse(fault.ToRefusal());
        }

        var before = _journal.Version;
        if (await _journal.DecideAsync(state => state.Add(context, party, message, clock.GetUtcNow())) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (_journal.Version > before)
        {
            metrics.MaskedBytesReceived(message.Length);
        }

        return Done.Instance;
    }

    /// <inheritdoc/>
    public async Task<Reply<PayloadView>> SumAsync(CohortScope scope, ImmutableArray<string> parties)
    {
        if (!ContextOf(scope).Try(out var context, out var fault))
        {
            return Refuse(fault.ToRefusal());
        }

        var (inputs, refusal) = (await _journal.ReadAsync()).Take(parties);
        return refusal is not null ? Refuse(refusal) : new PayloadView(await Task.Run(() => AggregatorState.Sum(context, inputs)));
    }

    private Checked<SecureAggregationContext> ContextOf(CohortScope scope)
    {
        if (_known is { } known && known.Scope.Roster.Span.SequenceEqual(scope.Roster.Span) && known.Scope.VectorLength == scope.VectorLength && known.Scope.WordBits == scope.WordBits)
        {
            return known.Context;
        }

        if (!Roster.Decode(scope.Roster.Span).Try(out var roster, out var fault)
            || !RoundProtocol.ContextOf(roster, roster.Terms.CorruptionThreshold, scope.VectorLength, scope.WordBits).Try(out var context, out fault))
        {
            return fault;
        }

        _known = (scope, context);
        return context;
    }

    private Refusal Refuse(Refusal refusal)
    {
        metrics.Refused("aggregator", refusal.Code);
        return refusal;
    }
}
