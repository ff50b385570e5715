using System.Security.Cryptography;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Grains.Weights;

/// <summary>A dealer's secrets of the masks under which weights were opened: one for each opening, so that it recalls the masks for as long as the weights are held, and cannot once they are not.</summary>
/// <param name="dataFolder">The silo's folder of parties.</param>
public sealed class MaskFiles(string dataFolder) : EpochFiles(dataFolder, "masks")
{
    private const string MessageKind = "dealer.masks";

    /// <summary>Draws an opening's secret, keeps it durably, and deals the masks.</summary>
    /// <returns>One blob per party. Secret.</returns>
    internal IReadOnlyList<byte[]> Deal(string dealer, long epoch, WeightMaskPlan masks)
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var file = new WireWriter(MessageKind, 1).Bytes(masks.ToBytes()).Bytes(secret).ToArray();
        Write(dealer, epoch, NameOf(masks.Digest()), file);
        var seed = WeightMasks.SeedOf(secret, masks);
        var blobs = WeightMasks.Deal(masks, seed);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(file);
        return blobs;
    }

    /// <summary>The masks that a plan's digest names.</summary>
    /// <returns>The masks, for the dealer's own use; null where it has none of that name, or has forgotten them. Secret.</returns>
    internal WeightMasks? Recall(string dealer, long epoch, ReadOnlySpan<byte> digest)
    {
        if (Read(dealer, epoch, NameOf(digest)) is not { } file)
        {
            return null;
        }

        var reader = new WireReader(file, MessageKind, 1);
        var plan = reader.Bytes(int.MaxValue);
        var secret = reader.Bytes(32).ToArray();
        if (!reader.Finish() || !WeightMaskPlan.Parse(plan).Try(out var masks, out _) || !masks.Digest().AsSpan().SequenceEqual(digest))
        {
            return null;
        }

        var seed = WeightMasks.SeedOf(secret, masks);
        CryptographicOperations.ZeroMemory(file);
        CryptographicOperations.ZeroMemory(secret);
        try
        {
            return WeightMasks.Recall(masks, seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Whether the masks that a digest names can be recalled.</summary>
    internal bool Knows(string dealer, long epoch, ReadOnlySpan<byte> digest)
    {
        var file = Read(dealer, epoch, NameOf(digest));
        CryptographicOperations.ZeroMemory(file);
        return file is not null;
    }

    /// <summary>Forgets an opening's secret: nothing can be dealt for its weights any more.</summary>
    internal void Forget(string dealer, long epoch, ReadOnlySpan<byte> digest) => Erase(dealer, epoch, NameOf(digest));

    private static string NameOf(ReadOnlySpan<byte> digest) => Convert.ToHexStringLower(digest);
}
