using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PrivacyGrains.Privacy.Ledger;

/// <summary>Ties a charge to the one release that it pays for, so that no charge opens another.</summary>
public static class ReleaseBinding
{
    private static readonly byte[] Domain = "privacygrains.release-binding.v1"u8.ToArray();

    /// <summary>The digest that a charge carries and a party checks before it gives its output share or unmasking answer.</summary>
    /// <param name="release">Names the release; public.</param>
    /// <param name="session">The session or round that makes it; public.</param>
    /// <param name="rosterDigest">Digest of the signed roster.</param>
    /// <param name="computationDigest">Digest of what is computed: query, model version, mechanism and its parameters.</param>
    /// <returns>SHA-256 over the four parts, each with its length, in 64 lower-case hex digits.</returns>
    public static string Create(string release, string session, ReadOnlySpan<byte> rosterDigest, ReadOnlySpan<byte> computationDigest)
    {
        ArgumentException.ThrowIfNullOrEmpty(release);
        ArgumentException.ThrowIfNullOrEmpty(session);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Domain);
        Append(hash, Encoding.UTF8.GetBytes(release));
        Append(hash, Encoding.UTF8.GetBytes(session));
        Append(hash, rosterDigest);
        Append(hash, computationDigest);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The binding of the one release that a secure-aggregation round makes: the sum of its survivors' inputs.</summary>
    /// <param name="session">The round's session; public.</param>
    /// <param name="rosterDigest">Digest of the round's roster, 32 bytes: members, thresholds, epoch.</param>
    /// <param name="computationDigest">SHA-256 of the round's computation, 32 bytes: the training step or the query with its noise.</param>
    /// <returns>As <see cref="Create"/>.</returns>
    public static string ForRound(string session, ReadOnlySpan<byte> rosterDigest, ReadOnlySpan<byte> computationDigest) =>
        Create("secagg.sum", session, rosterDigest, computationDigest);

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
