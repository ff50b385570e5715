using System.Security.Cryptography;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>What was opened of one model version's weights: E = W - B for each masked tensor, in the order of its <see cref="WeightMaskPlan"/>.</summary>
/// <remarks>
/// Opened once for a model version and a roster, and kept by each party beside its share of W. Uniform, so it tells nothing of the weights to whoever does not know B; the dealer knows B and must not see it: keep it as the
/// shares are kept. All parties hold the same; its digest enters what an inference's messages are bound to.
/// </remarks>
public sealed class MaskedWeights
{
    private const string MessageKind = "mpc.masked-weights";
    private const byte MessageVersion = 1;

    private readonly byte[] _plan;
    private readonly ulong[][] _differences;
    private readonly Lazy<byte[]> _digest;

    private MaskedWeights(byte[] plan, ulong[][] differences)
    {
        (_plan, _differences) = (plan, differences);
        _digest = new Lazy<byte[]>(() => SHA256.HashData(ToBytes()));
    }

    /// <summary>The <see cref="WeightMaskPlan.Digest"/> of the masks.</summary>
    public ReadOnlySpan<byte> PlanDigest => _plan;

    /// <summary>How many tensors.</summary>
    public int Count => _differences.Length;

    /// <summary>Puts this party's shares of the weights under its shares of the masks. Send the words, keep the state.</summary>
    /// <param name="committee">Who holds the weights.</param>
    /// <param name="plan">What the masks are for.</param>
    /// <param name="weights">This party's share of each masked tensor, in the plan's order.</param>
    /// <param name="masks">This party's, dealt for the plan and untouched.</param>
    /// <returns>The round, which ends in the opened differences.</returns>
    /// <exception cref="ArgumentException">Parts do not fit each other.</exception>
    public static AwaitingPeers<MaskedWeights> Open(Committee committee, WeightMaskPlan plan, IReadOnlyList<ShareTensor> weights, Correlations masks)
    {
        ArgumentNullException.ThrowIfNull(committee);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(masks);
        if (plan.Scheme != committee.Scheme || !weights.Select(share => share.Shape.Length).SequenceEqual(plan.Lengths))
        {
            throw new ArgumentException($"{plan} are for other weights or parties: {committee}, {weights.Count} tensors.", nameof(weights));
        }

        var words = new ulong[plan.Lengths.Sum()];
        var at = 0;
        foreach (var share in weights)
        {
            Shares.RequireOf(committee, share);
            var length = share.Shape.Length;
            committee.Scheme.Algebra.Subtract(share.Words, masks.TakeWeightMask(length), words.AsSpan(at, length));
            at += length;
        }

        return AwaitingPeers<MaskedWeights>.Broadcast(committee, Combination.Open, words, opened => new MaskedWeights(plan.Digest(), Cut(plan, opened)));
    }

    /// <summary>The canonical bytes, for keeping.</summary>
    public byte[] ToBytes()
    {
        var writer = new WireWriter(MessageKind, MessageVersion).Bytes(_plan);
        foreach (var difference in _differences)
        {
            writer.Words(difference);
        }

        return writer.ToArray();
    }

    /// <summary>SHA-256 over <see cref="ToBytes"/>.</summary>
    public ReadOnlySpan<byte> Digest() => _digest.Value;

    /// <summary>Reads what was kept, from bytes that may be damaged or hostile.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> wrote.</param>
    /// <param name="plan">What the masks must be for.</param>
    /// <param name="sender">Whom a fault names.</param>
    /// <returns>The differences, or a fault: <c>masked-weights.malformed</c>, <c>masked-weights.another-plan</c>.</returns>
    public static Checked<MaskedWeights> Parse(ReadOnlySpan<byte> bytes, WeightMaskPlan plan, PartyId? sender = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var reader = new WireReader(bytes, MessageKind, MessageVersion);
        var digest = reader.Bytes(SHA256.HashSizeInBytes);
        var isPlans = digest.SequenceEqual(plan.Digest());
        var differences = new ulong[plan.Lengths.Length][];
        for (var i = 0; i < differences.Length; i++)
        {
            differences[i] = isPlans ? reader.Words(plan.Lengths[i]) : [];
        }

        if (reader.Failure is null && !isPlans)
        {
            return new ProtocolFault("masked-weights.another-plan", sender, plan.ToString(), "masks of another model, roster or shape");
        }

        return reader.Finish() && differences.Select(each => each.Length).SequenceEqual(plan.Lengths) && differences.All(each => plan.Scheme.Algebra.AreElements(each))
            ? new MaskedWeights(plan.Digest(), differences)
            : new ProtocolFault("masked-weights.malformed", sender, "opened differences", reader.Failure ?? "parts that do not fit each other");
    }

    /// <inheritdoc/>
    public override string ToString() => $"masked weights, {Count} tensors";

    internal ulong[] Difference(int slot) => _differences[slot];

    private static ulong[][] Cut(WeightMaskPlan plan, ulong[] opened)
    {
        var (cut, at) = (new ulong[plan.Lengths.Length][], 0);
        for (var i = 0; i < cut.Length; at += plan.Lengths[i], i++)
        {
            cut[i] = opened.AsSpan(at, plan.Lengths[i]).ToArray();
        }

        return cut;
    }
}
