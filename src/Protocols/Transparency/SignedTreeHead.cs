using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Transparency;

/// <summary>What a log's keeper stands by: at this time the log had this many entries and this root.</summary>
/// <remarks>
/// After RFC 6962 section 3.5, with our canonical bytes. Two heads of one log and size with different roots, or two sizes without a consistency proof, are
/// evidence against the keeper. A head does not show that everybody sees the same log: members compare heads among themselves. Public and immutable.
/// </remarks>
public sealed class SignedTreeHead
{
    private const string Domain = "audit.tree-head";

    private SignedTreeHead(string logId, long size, byte[] root, long timestampMilliseconds, byte[] signature)
    {
        LogId = logId;
        Size = size;
        Root = root;
        TimestampMilliseconds = timestampMilliseconds;
        Signature = signature;
    }

    /// <summary>The log's name, as a consortium's.</summary>
    public string LogId { get; }

    /// <summary>Entries in the log.</summary>
    public long Size { get; }

    /// <summary>Root over these entries, <see cref="MerkleTree.HashLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> Root { get; }

    /// <summary>When the head was made, in milliseconds since 1970 UTC by the keeper's clock.</summary>
    public long TimestampMilliseconds { get; }

    /// <summary>The keeper's signature, <see cref="VerificationKey.SignatureLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>Signs the head of a log.</summary>
    /// <param name="key">The keeper's key.</param>
    /// <param name="logId">The log's name, 1 to 128 bytes.</param>
    /// <param name="tree">The log's tree as it stands.</param>
    /// <param name="timestampMilliseconds">Now, from the caller's clock; not negative.</param>
    /// <returns>The signed head.</returns>
    public static SignedTreeHead Sign(SigningKey key, string logId, MerkleTree tree, long timestampMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(logId);
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegative(timestampMilliseconds);
        var root = tree.Root();
        return new SignedTreeHead(logId, tree.Count, root, timestampMilliseconds, key.Sign(Domain, Body(logId, tree.Count, root, timestampMilliseconds)));
    }

    /// <summary>Puts a head together from parts that may be hostile; its signature is not checked yet.</summary>
    /// <param name="logId">The log's name.</param>
    /// <param name="size">Entries in the log.</param>
    /// <param name="rootHex">Root over these entries, 64 lower-case hexadecimal digits.</param>
    /// <param name="timestampMilliseconds">When the head was made, in milliseconds since 1970 UTC.</param>
    /// <param name="signature">The keeper's signature.</param>
    /// <returns>The head, or <c>audit.malformed</c>.</returns>
    public static Checked<SignedTreeHead> FromParts(string logId, long size, string rootHex, long timestampMilliseconds, ReadOnlySpan<byte> signature)
    {
        var fits = logId is { Length: >= 1 and <= 128 } && size >= 0 && timestampMilliseconds >= 0
            && rootHex is { Length: 2 * MerkleTree.HashLength } && rootHex.All(char.IsAsciiHexDigitLower) && signature.Length == VerificationKey.SignatureLength;
        return fits
            ? new SignedTreeHead(logId, size, Convert.FromHexString(rootHex), timestampMilliseconds, signature.ToArray())
            : new ProtocolFault("audit.malformed", null, "a signed tree head", "a name, number or length out of range");
    }

    /// <summary>Reads a head that may be hostile; its signature is not checked yet.</summary>
    /// <param name="bytes">What <see cref="Encode"/> wrote.</param>
    /// <returns>The head, or <c>audit.malformed</c>.</returns>
    public static Checked<SignedTreeHead> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes, "audit.signed-tree-head", 1);
        var logId = reader.Text(128);
        var size = reader.UInt64();
        var root = reader.Bytes(MerkleTree.HashLength).ToArray();
        var timestamp = reader.UInt64();
        var signature = reader.Bytes(VerificationKey.SignatureLength).ToArray();
        var fits = reader.Finish() && logId.Length > 0 && size <= long.MaxValue && timestamp <= long.MaxValue && root.Length == MerkleTree.HashLength;
        return fits
            ? new SignedTreeHead(logId, (long)size, root, (long)timestamp, signature)
            : new ProtocolFault("audit.malformed", null, "a signed tree head", reader.Failure ?? "numbers or lengths out of range");
    }

    /// <summary>The canonical bytes, signature included.</summary>
    public byte[] Encode() =>
        new WireWriter("audit.signed-tree-head", 1)
            .Text(LogId).UInt64((ulong)Size).Bytes(Root.Span).UInt64((ulong)TimestampMilliseconds).Bytes(Signature.Span).ToArray();

    /// <summary>Checks the signature.</summary>
    /// <param name="keeper">The keeper's key, from the consortium's roster.</param>
    /// <returns>Null, or <c>audit.wrong-signature</c>.</returns>
    public ProtocolFault? Verify(VerificationKey keeper)
    {
        ArgumentNullException.ThrowIfNull(keeper);
        return keeper.Verify(Domain, Body(LogId, Size, Root.Span, TimestampMilliseconds), Signature.Span)
            ? null
            : new ProtocolFault("audit.wrong-signature", null, $"a head of {LogId} signed by {keeper}", $"another signature over size {Size}");
    }

    /// <summary>Checks that this head extends an earlier one of the same log.</summary>
    /// <param name="earlier">The head that was kept from before; both signatures were checked.</param>
    /// <param name="proof">From <see cref="MerkleTree.ConsistencyProof"/>; none where the earlier log was empty or the sizes are equal.</param>
    /// <returns>Null, or <c>audit.rolled-back</c>, <c>audit.foreign-log</c> or <c>audit.not-consistent</c>.</returns>
    public ProtocolFault? Extends(SignedTreeHead earlier, IReadOnlyList<byte[]> proof)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(proof);
        if (LogId != earlier.LogId)
        {
            return new ProtocolFault("audit.foreign-log", null, earlier.LogId, LogId);
        }

        if (Size < earlier.Size)
        {
            return new ProtocolFault("audit.rolled-back", null, $"at least {earlier.Size} entries", $"{Size} entries");
        }

        // Every log extends the empty one, which the RFC's proof does not cover.
        return earlier.Size == 0 && Size > 0
            ? null
            : MerkleProof.VerifyConsistency(Math.Max(1, earlier.Size), earlier.Root.Span, Math.Max(1, Size), Root.Span, proof);
    }

    private static byte[] Body(string logId, long size, ReadOnlySpan<byte> root, long timestampMilliseconds) =>
        new WireWriter("audit.tree-head", 1).Text(logId).UInt64((ulong)size).Bytes(root).UInt64((ulong)timestampMilliseconds).ToArray();
}
