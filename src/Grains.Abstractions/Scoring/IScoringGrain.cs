using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>Computes on ciphertexts: a stateless worker beside the model that calls it. Holds public keys and evaluation keys, never a secret one; counts nothing. Key: <c>ckks</c>.</summary>
[Alias("pg.scoring")]
public interface IScoringGrain : IGrainWithStringKey
{
    /// <summary>Checks the ciphertexts, computes the circuit, re-randomises and floods the answers.</summary>
    [Alias("evaluate")]
    Task<Reply<Evaluation>> EvaluateAsync(EvaluationWork work, CancellationToken cancellationToken);
}

/// <summary>What a worker computes.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">Of the model.</param>
/// <param name="Digest">The model's, lower-case hex.</param>
/// <param name="Degree">N.</param>
/// <param name="Primes">All, the special one last.</param>
/// <param name="Credential">Who asks: owner of the keys.</param>
/// <param name="Keys">The set and what lies in it.</param>
/// <param name="Request">As it came.</param>
[GenerateSerializer, Immutable, Alias("pg.evaluation-work")]
public sealed record EvaluationWork(
    [property: Id(0)] string Model,
    [property: Id(1)] int Version,
    [property: Id(2)] string Digest,
    [property: Id(3)] int Degree,
    [property: Id(4)] ImmutableArray<ulong> Primes,
    [property: Id(5)] string Credential,
    [property: Id(6)] KeySetView Keys,
    [property: Id(7)] ScoreRequest Request);

/// <summary>What came of it.</summary>
/// <param name="Ciphertexts">SEAL objects one after another.</param>
/// <param name="RequestDigest">Lower-case hex of SHA-256 over key set, layout and ciphertexts: what the request id is bound to.</param>
[GenerateSerializer, Immutable, Alias("pg.evaluation")]
public sealed record Evaluation([property: Id(0)] ReadOnlyMemory<byte> Ciphertexts, [property: Id(1)] string RequestDigest);
