using System.Collections.Immutable;

namespace PrivacyGrains.Grains;

/// <summary>One client's keys for one model: uploaded in pieces, checked whole, erased when they expire. Key: <c>credential/model/set</c>, so that nobody else's request finds them.</summary>
[Alias("pg.evaluation-keys")]
public interface IEvaluationKeysGrain : IGrainWithStringKey
{
    /// <summary>The most bytes of one piece.</summary>
    const int PieceBytes = 1024 * 1024;

    /// <summary>Opens the set. Idempotent.</summary>
    [Alias("create")]
    Task<Reply<KeySetView>> CreateAsync(KeySetTerms terms);

    /// <summary>What lies in it.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<Reply<KeySetView>> GetAsync();

    /// <summary>Begins to take keys of one kind, in place of those that are there once all of it has come and is good.</summary>
    /// <param name="kind">Of <see cref="KeyKinds"/>.</param>
    [Alias("begin")]
    Task<Reply<KeyUploadView>> BeginAsync(string kind);

    /// <summary>Takes the next piece; durable on return. Idempotent for the piece that came last.</summary>
    /// <param name="upload">As <see cref="BeginAsync"/> named it.</param>
    /// <param name="index">From 0, without gaps.</param>
    /// <param name="piece">1 byte to <see cref="PieceBytes"/>.</param>
    [Alias("append")]
    Task<Reply<Done>> AppendAsync(string upload, int index, ReadOnlyMemory<byte> piece);

    /// <summary>Ends an upload: the pieces are read as what the kind says, and kept only if they are that.</summary>
    /// <param name="upload">As above.</param>
    /// <param name="digest">Lower-case hex of SHA-256 over all pieces; empty where the caller does not say.</param>
    [Alias("commit")]
    Task<Reply<KeySetView>> CommitAsync(string upload, string digest);

    /// <summary>Erases the set. Idempotent; a set that never was is refused.</summary>
    [Alias("delete")]
    Task<Reply<Done>> DeleteAsync();
}

/// <summary>The kinds of keys that a client uploads.</summary>
public static class KeyKinds
{
    /// <summary>A public key: answers are re-randomised under it.</summary>
    public const string Public = "public";

    /// <summary>Relinearisation keys.</summary>
    public const string Relinearization = "relinearization";

    /// <summary>Galois keys.</summary>
    public const string Galois = "galois";

    /// <summary>All kinds.</summary>
    public static ImmutableArray<string> All { get; } = [Public, Relinearization, Galois];
}

/// <summary>What a key set is for: the parameters that all its keys are made under.</summary>
/// <param name="Version">The version that is meant; its parameters count, and other versions under the same ones may be asked with the set.</param>
/// <param name="Degree">N.</param>
/// <param name="Primes">All, the special one last.</param>
/// <param name="ParametersId">Lower-case hex of the key level's parms_id.</param>
/// <param name="MostGaloisKeys">How many Galois keys are taken at most: as many as the circuits rotate by, or as many as SEAL makes when it is told no steps.</param>
[GenerateSerializer, Immutable, Alias("pg.key-set-terms")]
public sealed record KeySetTerms(
    [property: Id(0)] int Version,
    [property: Id(1)] int Degree,
    [property: Id(2)] ImmutableArray<ulong> Primes,
    [property: Id(3)] string ParametersId,
    [property: Id(4)] int MostGaloisKeys);

/// <summary>A key set.</summary>
/// <param name="KeySet">Its id.</param>
/// <param name="Model">The model that it is for.</param>
/// <param name="ParametersId">Lower-case hex.</param>
/// <param name="Keys">What lies there, by kind.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="ExpiresAt">When all of it is erased.</param>
[GenerateSerializer, Immutable, Alias("pg.key-set")]
public sealed record KeySetView(
    [property: Id(0)] string KeySet,
    [property: Id(1)] string Model,
    [property: Id(2)] string ParametersId,
    [property: Id(3)] ImmutableArray<KeyView> Keys,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] DateTimeOffset ExpiresAt)
{
    /// <summary>The keys of one kind, or null.</summary>
    public KeyView? Find(string kind) => Keys.FirstOrDefault(k => k.Kind == kind);
}

/// <summary>Keys of one kind.</summary>
/// <param name="Kind">Of <see cref="KeyKinds"/>.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over the object's bytes as they came.</param>
/// <param name="Bytes">Their number.</param>
/// <param name="Pieces">How many pieces they lie in.</param>
/// <param name="SealVersion">The dialect of the object, as <c>4.1</c>.</param>
/// <param name="Place">What its pieces on the coordinator's disk are named by.</param>
[GenerateSerializer, Immutable, Alias("pg.key-kind")]
public sealed record KeyView(
    [property: Id(0)] string Kind,
    [property: Id(1)] string Digest,
    [property: Id(2)] long Bytes,
    [property: Id(3)] int Pieces,
    [property: Id(4)] string SealVersion,
    [property: Id(5)] string Place);

/// <summary>An upload that has begun.</summary>
/// <param name="Upload">Its name.</param>
/// <param name="MostBytes">How many bytes it may have.</param>
[GenerateSerializer, Immutable, Alias("pg.key-upload")]
public sealed record KeyUploadView([property: Id(0)] string Upload, [property: Id(1)] long MostBytes);
