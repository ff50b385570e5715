using System.Collections.Immutable;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>One version, without its numbers.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Digest">Of the model: lower-case hex of SHA-256 over its canonical bytes.</param>
/// <param name="ContentDigest">Of the stored JSON: names the stream that it lies in.</param>
/// <param name="Degree">N.</param>
/// <param name="Primes">The special one last.</param>
/// <param name="Rows">For each credential.</param>
/// <param name="Ranges">How clients scale; may be empty.</param>
/// <param name="Link">What clients take of an answer.</param>
/// <param name="Note">The owner's line.</param>
/// <param name="IsRetired">Whether its use has ended.</param>
/// <param name="At">When it was entered.</param>
internal sealed record EncryptedVersion(
    int Version, string Digest, string ContentDigest, int Degree, ulong[] Primes, long Rows, StoredScale[] Ranges, string Link, string Note, bool IsRetired, DateTimeOffset At)
{
    /// <summary>Whether a registration adds nothing to this version.</summary>
    public bool IsSameAs(EncryptedVersionRegistered draft) =>
        !IsRetired && Digest == draft.Digest && Degree == draft.Degree && Rows == draft.Rows && Link == draft.Link && Note == draft.Note
        && Primes.AsSpan().SequenceEqual(draft.Primes) && Ranges.AsSpan().SequenceEqual(draft.Ranges);
}

/// <summary>What one credential has asked for.</summary>
/// <param name="Allowed">Rows, where its owner said another number than the versions'.</param>
/// <param name="Used">Rows counted.</param>
/// <param name="Recent">The last requests, oldest first: an older id counts anew.</param>
internal sealed record CredentialRows(long? Allowed, long Used, ImmutableList<AnsweredRequest> Recent)
{
    private const int Remembered = 256;

    /// <summary>Nothing asked for yet.</summary>
    public static CredentialRows None { get; } = new(null, 0, []);

    /// <summary>A request that is remembered, or null.</summary>
    public AnsweredRequest? Find(string requestId) => Recent.Find(r => r.RequestId == requestId);

    /// <summary>After an answer.</summary>
    public CredentialRows Count(RowsScored scored)
    {
        var at = Recent.FindIndex(r => r.RequestId == scored.RequestId);
        var recent = at >= 0 ? Recent.SetItem(at, Recent[at] with { Answers = Recent[at].Answers + 1 }) : Recent.Add(new AnsweredRequest(scored.RequestId, scored.RequestDigest, 1));
        return this with { Used = Used + scored.Rows, Recent = recent.Count > Remembered ? recent.RemoveAt(0) : recent };
    }
}

/// <summary>A request that was answered.</summary>
internal sealed record AnsweredRequest(string RequestId, string RequestDigest, int Answers);
