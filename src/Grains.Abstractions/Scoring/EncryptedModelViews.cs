using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>A model that scores encrypted rows, without its numbers.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Owner">The credential that registered it first.</param>
/// <param name="Versions">Oldest first.</param>
/// <param name="Quota">The caller's.</param>
[GenerateSerializer, Immutable, Alias("pg.encrypted-model-view")]
public sealed record EncryptedModelView(
    [property: Id(0)] string Model,
    [property: Id(1)] string Owner,
    [property: Id(2)] ImmutableArray<EncryptedVersionView> Versions,
    [property: Id(3)] QuotaView Quota);

/// <summary>One version: all that a client needs to make keys and ciphertexts.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Digest">Lower-case hex: SHA-256 of the model's canonical bytes.</param>
/// <param name="Inputs">Numbers of a row.</param>
/// <param name="Features">Their names in order; empty where they have none.</param>
/// <param name="Ranges">How a client scales them to [-1, 1]; empty where it does not.</param>
/// <param name="InputBound">The greatest magnitude of an input, after scaling.</param>
/// <param name="Outputs">Answers to a row.</param>
/// <param name="Output"><c>linear</c>: scores; <c>logistic</c>: probabilities, by a polynomial.</param>
/// <param name="Link">What a client takes of an answer itself, exactly: <c>identity</c>, <c>sigmoid</c> or <c>softmax</c>.</param>
/// <param name="Degree">N.</param>
/// <param name="Primes">All, the special one last.</param>
/// <param name="ParametersId">Lower-case hex of the key level's parms_id, as SEAL has it.</param>
/// <param name="Layouts">Each way to lay out rows.</param>
/// <param name="Note">The owner's line.</param>
/// <param name="Status"><c>active</c> or <c>retired</c>.</param>
/// <param name="At">When it was entered.</param>
[GenerateSerializer, Immutable, Alias("pg.encrypted-version")]
public sealed record EncryptedVersionView(
    [property: Id(0)] int Version,
    [property: Id(1)] string Digest,
    [property: Id(2)] int Inputs,
    [property: Id(3)] ImmutableArray<string> Features,
    [property: Id(4)] ImmutableArray<FeatureScaleView> Ranges,
    [property: Id(5)] double InputBound,
    [property: Id(6)] int Outputs,
    [property: Id(7)] string Output,
    [property: Id(8)] string Link,
    [property: Id(9)] int Degree,
    [property: Id(10)] ImmutableArray<ulong> Primes,
    [property: Id(11)] string ParametersId,
    [property: Id(12)] ImmutableArray<EncryptedLayoutView> Layouts,
    [property: Id(13)] string Note,
    [property: Id(14)] string Status,
    [property: Id(15)] DateTimeOffset At);

/// <summary>How rows lie in ciphertexts, and what a request of them needs and counts.</summary>
/// <param name="Layout"><c>batched</c>: a ciphertext for each feature, a row in each slot. <c>packed</c>: one row in one ciphertext.</param>
/// <param name="Ciphertexts">How many a request has.</param>
/// <param name="Answers">How many come back.</param>
/// <param name="RowsCounted">What a request counts: every row that its slots can hold, whatever the client says that it put there.</param>
/// <param name="Period">For <c>packed</c>: after how many slots the row, padded with zeros, begins again, until the slots are full. For <c>batched</c> 0.</param>
/// <param name="PrimeCount">The data primes of a fresh ciphertext.</param>
/// <param name="LeastPrimeCount">The fewest that a ciphertext may have: whoever encrypts under these alone sends less.</param>
/// <param name="Scale">What inputs are encoded at.</param>
/// <param name="NeedsRelinearization">Whether relinearisation keys are needed.</param>
/// <param name="Steps">The rotations that Galois keys are needed for, each exactly.</param>
/// <param name="AnswerBound">The greatest magnitude of an answer for inputs within the model's bound.</param>
/// <param name="ErrorBound">A bound of an answer's error, flooding included (docs/protocols/encrypted-scoring.md says with which probability).</param>
/// <param name="FloodingBits">k: an answer is within statistical distance 2^-k of one that depends on the score alone.</param>
[GenerateSerializer, Immutable, Alias("pg.encrypted-layout")]
public sealed record EncryptedLayoutView(
    [property: Id(0)] string Layout,
    [property: Id(1)] int Ciphertexts,
    [property: Id(2)] int Answers,
    [property: Id(3)] long RowsCounted,
    [property: Id(4)] int Period,
    [property: Id(5)] int PrimeCount,
    [property: Id(6)] int LeastPrimeCount,
    [property: Id(7)] double Scale,
    [property: Id(8)] bool NeedsRelinearization,
    [property: Id(9)] ImmutableArray<int> Steps,
    [property: Id(10)] double AnswerBound,
    [property: Id(11)] double ErrorBound,
    [property: Id(12)] int FloodingBits);

/// <summary>A request to score.</summary>
/// <param name="RequestId">The caller's name for it: the same id with the same bytes is counted once, and answered at most 4 times; with other bytes it is refused.</param>
/// <param name="Version">Of the model; 0 for the newest.</param>
/// <param name="KeySet">Of the caller.</param>
/// <param name="Layout">Of <see cref="EncryptedLayoutView"/>.</param>
/// <param name="Ciphertexts">SEAL objects one after another.</param>
/// <param name="Packing">How the answer is packed: <c>none</c>, <c>zlib</c> or <c>zstd</c>; empty for the way of the first ciphertext.</param>
[GenerateSerializer, Immutable, Alias("pg.score-request")]
public sealed record ScoreRequest(
    [property: Id(0)] string RequestId,
    [property: Id(1)] int Version,
    [property: Id(2)] string KeySet,
    [property: Id(3)] string Layout,
    [property: Id(4)] ReadOnlyMemory<byte> Ciphertexts,
    [property: Id(5)] string Packing);

/// <summary>An answer that is counted.</summary>
/// <param name="Ciphertexts">SEAL objects one after another, in the dialect of the request.</param>
/// <param name="Version">Of the model.</param>
/// <param name="Rows">What it counts.</param>
/// <param name="Quota">The caller's, after it.</param>
[GenerateSerializer, Immutable, Alias("pg.score-answer")]
public sealed record ScoreAnswer(
    [property: Id(0)] ReadOnlyMemory<byte> Ciphertexts,
    [property: Id(1)] int Version,
    [property: Id(2)] long Rows,
    [property: Id(3)] QuotaView Quota);
