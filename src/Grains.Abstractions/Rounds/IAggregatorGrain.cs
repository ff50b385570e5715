using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>Adds up the masked inputs of one cohort. Key: <c>owner/number/cohort</c>. What it has acknowledged survives a crash.</summary>
[Alias("pg.aggregator")]
public interface IAggregatorGrain : IGrainWithStringKey
{
    /// <summary>Checks and keeps one participant's masked input. Idempotent for the same bytes; other bytes are refused.</summary>
    /// <param name="scope">The aggregation that the input must be of.</param>
    /// <param name="party">Whose input it is.</param>
    /// <param name="message">The signed message of the phase CollectMaskedInputs, as it came.</param>
    [Alias("add")]
    Task<Reply<Done>> AddAsync(CohortScope scope, string party, ReadOnlyMemory<byte> message);

    /// <summary>The masked sum over exactly these participants, refused where one of them is missing.</summary>
    /// <remarks>
    /// Inputs of others stay out of it: one can be durable here whose round closed the phase, or let its sender go, before it counted. Masks of two
    /// different sums never come off both, since each participant unmasks one survivor set.
    /// </remarks>
    [Alias("sum")]
    Task<Reply<PayloadView>> SumAsync(CohortScope scope, ImmutableArray<string> parties);
}

/// <summary>What every input of a cohort is bound to.</summary>
/// <param name="Roster">Canonical bytes of the round's roster.</param>
/// <param name="VectorLength">Words per participant.</param>
/// <param name="WordBits">32 or 64.</param>
[GenerateSerializer, Immutable, Alias("pg.cohort-scope")]
public sealed record CohortScope([property: Id(0)] ReadOnlyMemory<byte> Roster, [property: Id(1)] int VectorLength, [property: Id(2)] int WordBits);
