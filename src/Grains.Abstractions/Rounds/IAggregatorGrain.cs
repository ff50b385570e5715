using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>Sums the masked vectors of one cohort. Key: <c>owner/number/cohort</c>. What it has acknowledged survives a crash.</summary>
[Alias("pg.aggregator")]
public interface IAggregatorGrain : IGrainWithStringKey
{
    /// <summary>Adds one participant's masked vector. Idempotent for the same bytes; other bytes are refused.</summary>
    [Alias("add")]
    Task<Reply<Done>> AddAsync(string party, int wordBits, ReadOnlyMemory<byte> maskedWords);

    /// <summary>The masked sum over exactly these participants; refused where one of them is missing or another was added.</summary>
    [Alias("sum")]
    Task<Reply<PayloadView>> SumAsync(ImmutableArray<string> parties);
}
