using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>A model's versions: digest, lineage, status and weights. Key: the model's name.</summary>
[Alias("pg.model")]
public interface IModelGrain : IGrainWithStringKey
{
    /// <summary>Adds a version. Idempotent by digest: the same digest gives the version it has.</summary>
    [Alias("register")]
    Task<Reply<ModelVersionView>> RegisterAsync(ModelRegistration registration);

    /// <summary>All versions, oldest first.</summary>
    [Alias("get")]
    Task<Reply<ModelView>> GetAsync();

    /// <summary>One version's weights (safetensors); version 0 is the newest.</summary>
    [Alias("weights")]
    Task<Reply<ModelWeights>> WeightsAsync(int version);

    /// <summary>Ends a version's use. Idempotent.</summary>
    [Alias("retire")]
    Task<Reply<ModelVersionView>> RetireAsync(int version, string reason);
}

/// <summary>A version to add.</summary>
/// <param name="Kind">As <c>logistic</c>.</param>
/// <param name="Lineage">Where it comes from, as <c>training/detector</c>.</param>
/// <param name="Weights">safetensors bytes; at most 16 MiB here.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over the weights; checked.</param>
/// <param name="PrivacyNote">The claim that goes with it, as <c>epsilon 7.9 at delta 1e-05 per patient record</c>.</param>
[GenerateSerializer, Immutable, Alias("pg.model-registration")]
public sealed record ModelRegistration(
    [property: Id(0)] string Kind,
    [property: Id(1)] string Lineage,
    [property: Id(2)] ReadOnlyMemory<byte> Weights,
    [property: Id(3)] string Digest,
    [property: Id(4)] string PrivacyNote);

/// <summary>A model.</summary>
[GenerateSerializer, Immutable, Alias("pg.model-view")]
public sealed record ModelView([property: Id(0)] string Model, [property: Id(1)] ImmutableArray<ModelVersionView> Versions);

/// <summary>One version.</summary>
[GenerateSerializer, Immutable, Alias("pg.model-version")]
public sealed record ModelVersionView(
    [property: Id(0)] string Model,
    [property: Id(1)] int Version,
    [property: Id(2)] string Kind,
    [property: Id(3)] string Lineage,
    [property: Id(4)] string Digest,
    [property: Id(5)] string PrivacyNote,
    [property: Id(6)] string Status,
    [property: Id(7)] DateTimeOffset At);

/// <summary>One version with its weights.</summary>
[GenerateSerializer, Immutable, Alias("pg.model-weights")]
public sealed record ModelWeights([property: Id(0)] ModelVersionView Version, [property: Id(1)] ReadOnlyMemory<byte> Weights);
