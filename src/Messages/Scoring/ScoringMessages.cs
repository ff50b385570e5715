using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Messages.Scoring;

/// <summary>A model that scores encrypted rows, in a list.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Title">For people.</param>
/// <param name="CreatedAt">When its first version was entered.</param>
public sealed record EncryptedModelSummary(string Model, string Title, DateTimeOffset CreatedAt);

/// <summary>A version to add.</summary>
/// <param name="Model">The model as docs/protocols/encrypted-scoring.md has it: version 1, inputs, names, inputBound, layers, output. The service computes with its numbers; nobody who scores sees them.</param>
/// <param name="RowsPerCredential">How many rows each credential may ask for in all, over all versions, unless it is allowed another number.</param>
/// <param name="Degree">N: 1024 to 32768. Left out, with primeBits, for the smallest parameters that hold the circuit.</param>
/// <param name="PrimeBits">The primes' lengths in bits, the special prime's last.</param>
/// <param name="Ranges">How clients scale each feature to [-1, 1] before they encrypt; left out where rows are encrypted as they are.</param>
/// <param name="Link">What clients take of an answer themselves: identity, sigmoid or softmax. Left out for identity.</param>
/// <param name="Note">One line for clients; at most 200 characters, public.</param>
public sealed record RegisterEncryptedModelRequest(
    JsonElement Model, long RowsPerCredential, int? Degree = null, IReadOnlyList<int>? PrimeBits = null, IReadOnlyList<FeatureScaleBody>? Ranges = null, string? Link = null, string? Note = null);

/// <summary>A feature's public range: lower becomes -1, upper 1, and what lies outside the nearer of them.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Lower">In the feature's own unit.</param>
/// <param name="Upper">Above lower.</param>
public sealed record FeatureScaleBody(string Feature, double Lower, double Upper);

/// <summary>A model that scores encrypted rows.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Owner">The credential that registered it first.</param>
/// <param name="Versions">Oldest first.</param>
/// <param name="Quota">The caller's.</param>
public sealed record EncryptedModelBody(string Model, string Owner, IReadOnlyList<EncryptedVersionBody> Versions, ScoringQuotaBody Quota);

/// <summary>What a credential may still ask for. Rows are counted for what a request's slots can hold, over all versions of a model.</summary>
/// <param name="Credential">Whose.</param>
/// <param name="Rows">In all.</param>
/// <param name="Used">Counted so far.</param>
/// <param name="Left">What is left.</param>
public sealed record ScoringQuotaBody(string Credential, long Rows, long Used, long Left);

/// <summary>One version: all that a client needs to make keys and ciphertexts.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over the model's canonical bytes.</param>
/// <param name="Inputs">Numbers of a row.</param>
/// <param name="Features">Their names in order; empty where they have none.</param>
/// <param name="Ranges">How clients scale them; empty where they do not.</param>
/// <param name="InputBound">The greatest magnitude of an input, after scaling, that the plan counts with.</param>
/// <param name="Outputs">Answers to a row.</param>
/// <param name="Output">linear: scores; logistic: probabilities, by a polynomial.</param>
/// <param name="Link">What clients take of an answer themselves: identity, sigmoid or softmax.</param>
/// <param name="Parameters">CKKS's.</param>
/// <param name="Layouts">Each way to lay out rows.</param>
/// <param name="Note">The owner's line.</param>
/// <param name="Status">active or retired.</param>
/// <param name="At">When it was entered.</param>
public sealed record EncryptedVersionBody(
    int Version, string Digest, int Inputs, IReadOnlyList<string> Features, IReadOnlyList<FeatureScaleBody> Ranges, double InputBound, int Outputs, string Output, string Link,
    CkksParametersBody Parameters, IReadOnlyList<EncryptedLayoutBody> Layouts, string Note, string Status, DateTimeOffset At);

/// <summary>CKKS parameters as numbers; GET .../parameters has the same as an object of SEAL's.</summary>
/// <param name="Degree">N.</param>
/// <param name="Primes">In decimal, as text (they have up to 60 bits), the special one last.</param>
/// <param name="PrimeBits">Their lengths.</param>
/// <param name="ParametersId">Lower-case hex of the key level's parms_id.</param>
/// <param name="SealVersions">Whose dialects are read and written; an answer is in the request's.</param>
public sealed record CkksParametersBody(int Degree, IReadOnlyList<string> Primes, IReadOnlyList<int> PrimeBits, string ParametersId, IReadOnlyList<string> SealVersions);

/// <summary>How rows lie in ciphertexts, and what a request of them needs and counts.</summary>
/// <param name="Layout">batched: a ciphertext for each feature, in their order, a row in each slot. packed: one row in one ciphertext.</param>
/// <param name="Ciphertexts">How many a request has.</param>
/// <param name="Answers">How many come back: batched one for each output, packed one whose first slots are the outputs.</param>
/// <param name="RowsCounted">What a request counts: every row that its slots can hold, whatever is in them.</param>
/// <param name="Period">packed: after how many slots the row, padded with zeros, begins again, until the slots are full. batched: 0.</param>
/// <param name="PrimeCount">The data primes of a fresh ciphertext.</param>
/// <param name="LeastPrimeCount">The fewest that a ciphertext may have; whoever encrypts under these alone sends less.</param>
/// <param name="Scale">What inputs are encoded at, exactly.</param>
/// <param name="Keys">The kinds of keys to upload: public, relinearization, galois.</param>
/// <param name="Steps">The rotations that Galois keys are needed for.</param>
/// <param name="AnswerBound">At least the greatest magnitude of an answer: the next power of two.</param>
/// <param name="ErrorBound">A bound of an answer's error, flooding included: the next power of two.</param>
/// <param name="FloodingBits">k: an answer is within statistical distance 2^-k of one that depends on the score alone.</param>
public sealed record EncryptedLayoutBody(
    string Layout, int Ciphertexts, int Answers, long RowsCounted, int Period, int PrimeCount, int LeastPrimeCount, double Scale, IReadOnlyList<string> Keys, IReadOnlyList<int> Steps,
    double AnswerBound, double ErrorBound, int FloodingBits);

/// <summary>How many rows a credential may ask for in all.</summary>
/// <param name="Rows">0 or more.</param>
public sealed record AllowRowsRequest(long Rows);

/// <summary>Why a version's use ends.</summary>
/// <param name="Reason">One line, public: 1 to 200 characters.</param>
public sealed record RetireEncryptedModelRequest(string Reason);

/// <summary>A client's keys for a model; the caller's own.</summary>
/// <param name="KeySet">Its id.</param>
/// <param name="Model">The model that it is for.</param>
/// <param name="ParametersId">Lower-case hex: the parameters that its keys are made under.</param>
/// <param name="Keys">What was uploaded.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="ExpiresAt">When all of it is erased.</param>
public sealed record KeySetBody(string KeySet, string Model, string ParametersId, IReadOnlyList<UploadedKeysBody> Keys, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>Keys of one kind.</summary>
/// <param name="Kind">public, relinearization or galois.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over the object as it came.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="SealVersion">Its dialect, as 4.1.</param>
public sealed record UploadedKeysBody(string Kind, string Digest, long Bytes, string SealVersion);

/// <summary>The headers of an answer to a request to score.</summary>
public static class ScoringHeaders
{
    /// <summary>The model's version.</summary>
    public const string Version = "PrivacyGrains-Model-Version";

    /// <summary>The rows that the answer counted; 0 where the request was counted before.</summary>
    public const string Rows = "PrivacyGrains-Rows-Counted";

    /// <summary>The rows that are left to the caller.</summary>
    public const string Left = "PrivacyGrains-Rows-Left";
}

/// <summary>Source-generated JSON of the room Scoring.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Listing<EncryptedModelSummary>))]
[JsonSerializable(typeof(RegisterEncryptedModelRequest))]
[JsonSerializable(typeof(EncryptedModelBody))]
[JsonSerializable(typeof(AllowRowsRequest))]
[JsonSerializable(typeof(ScoringQuotaBody))]
[JsonSerializable(typeof(RetireEncryptedModelRequest))]
[JsonSerializable(typeof(KeySetBody))]
public sealed partial class ScoringJson : JsonSerializerContext;
