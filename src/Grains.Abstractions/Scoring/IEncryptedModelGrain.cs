using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>A model that scores encrypted rows: its versions, who may ask how many rows, and the way of every request to score. Key: the model's name.</summary>
[Alias("pg.encrypted-model")]
public interface IEncryptedModelGrain : IGrainWithStringKey
{
    /// <summary>Adds a version. Idempotent for the same model under the same parameters and terms. The first one's caller owns the model.</summary>
    [Alias("register")]
    Task<Reply<EncryptedModelView>> RegisterAsync(EncryptedModelRegistration registration);

    /// <summary>All versions, oldest first, and what is left of the caller's quota.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<Reply<EncryptedModelView>> GetAsync();

    /// <summary>One version's numbers, for the workers that score; version 0 is the newest that is not retired.</summary>
    [Alias("model"), AlwaysInterleave]
    Task<Reply<EncryptedModelContent>> ContentAsync(int version);

    /// <summary>One version's parameters as an object of SEAL's, in a client's dialect.</summary>
    [Alias("parameters"), AlwaysInterleave]
    Task<Reply<SealBytes>> ParametersAsync(int version, int major, int minor);

    /// <summary>The refusal of a request that takes longer than one call may: it goes on, and <see cref="AnswerAsync"/> waits for it.</summary>
    const string UnderWay = "scoring.under-way";

    /// <summary>Scores ciphertexts: counts what they can hold against the caller's quota, durably, before the answer leaves. Idempotent by request id; see <see cref="ScoreRequest"/>.</summary>
    [Alias("score"), AlwaysInterleave]
    Task<Reply<ScoreAnswer>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken);

    /// <summary>Waits on for a request that <see cref="ScoreAsync"/> left under way (<see cref="UnderWay"/>): the answer, or again that it is.</summary>
    [Alias("answer"), AlwaysInterleave]
    Task<Reply<ScoreAnswer>> AnswerAsync(string requestId);

    /// <summary>One caller of <see cref="ScoreAsync"/> waits no longer. Without another the request is stopped: what is not counted yet is not counted.</summary>
    [Alias("stop"), AlwaysInterleave]
    Task StopAsync(string requestId);

    /// <summary>Sets how many rows a credential may ask for in all. The owner's or an operator's word. Idempotent.</summary>
    [Alias("allow")]
    Task<Reply<QuotaView>> AllowAsync(string credential, long rows, bool isOperator);

    /// <summary>Ends a version's use. The owner's or an operator's word. Idempotent.</summary>
    [Alias("retire")]
    Task<Reply<EncryptedModelView>> RetireAsync(int version, string reason, bool isOperator);
}

/// <summary>A version to add.</summary>
/// <param name="Model">JSON of the model (docs/protocols/encrypted-scoring.md); at most 16 MiB. Its numbers are known to the coordinator's silo, and to nobody who scores.</param>
/// <param name="Degree">N; 0 lets the service choose the smallest parameters that hold the circuit.</param>
/// <param name="PrimeBits">The primes' lengths, the special one last; empty where <paramref name="Degree"/> is 0.</param>
/// <param name="Rows">How many rows each credential may ask for in all, over all versions, unless it is told another number.</param>
/// <param name="Ranges">How a client scales each feature to [-1, 1] before it encrypts; empty where rows are encrypted as they are.</param>
/// <param name="Link">What a client takes of an answer itself: <c>identity</c>, <c>sigmoid</c> or <c>softmax</c>.</param>
/// <param name="Note">One line for clients, as what the model scores; at most 200 characters, public.</param>
/// <param name="IsOperator">Whether the caller may act for an owner.</param>
[GenerateSerializer, Immutable, Alias("pg.encrypted-model-registration")]
public sealed record EncryptedModelRegistration(
    [property: Id(0)] ReadOnlyMemory<byte> Model,
    [property: Id(1)] int Degree,
    [property: Id(2)] ImmutableArray<int> PrimeBits,
    [property: Id(3)] long Rows,
    [property: Id(4)] ImmutableArray<FeatureScaleView> Ranges,
    [property: Id(5)] string Link,
    [property: Id(6)] string Note,
    [property: Id(7)] bool IsOperator);

/// <summary>A feature's public range; a client maps it to [-1, 1], and what lies outside to the nearer end.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Lower">Becomes -1.</param>
/// <param name="Upper">Becomes 1; above <paramref name="Lower"/>.</param>
[GenerateSerializer, Immutable, Alias("pg.feature-scale")]
public sealed record FeatureScaleView([property: Id(0)] string Feature, [property: Id(1)] double Lower, [property: Id(2)] double Upper);

/// <summary>One version's numbers. The model owner's secret: never beyond the coordinator's silo.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Model">JSON.</param>
/// <param name="Digest">Lower-case hex of the model's digest.</param>
/// <param name="Degree">N.</param>
/// <param name="Primes">All, the special one last.</param>
[GenerateSerializer, Immutable, Alias("pg.encrypted-model-content")]
public sealed record EncryptedModelContent(
    [property: Id(0)] int Version,
    [property: Id(1)] ReadOnlyMemory<byte> Model,
    [property: Id(2)] string Digest,
    [property: Id(3)] int Degree,
    [property: Id(4)] ImmutableArray<ulong> Primes)
{
    /// <inheritdoc/>
    public override string ToString() => $"EncryptedModelContent({Version}, {Model.Length} bytes, redacted)";
}

/// <summary>An object in SEAL's format.</summary>
[GenerateSerializer, Immutable, Alias("pg.seal-bytes")]
public sealed record SealBytes([property: Id(0)] ReadOnlyMemory<byte> Bytes);

/// <summary>What a credential may still ask for.</summary>
/// <param name="Credential">Whose.</param>
/// <param name="Rows">In all.</param>
/// <param name="Used">Counted so far.</param>
[GenerateSerializer, Immutable, Alias("pg.scoring-quota")]
public sealed record QuotaView([property: Id(0)] string Credential, [property: Id(1)] long Rows, [property: Id(2)] long Used)
{
    /// <summary>What is left; not below 0, also where the number was lowered later.</summary>
    [Id(3)]
    public long Left { get; init; } = Math.Max(0, Rows - Used);
}
