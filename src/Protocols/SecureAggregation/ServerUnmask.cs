using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;
using PrivacyGrains.Protocols.SecureAggregation.SecretSharing;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The opened sum.</summary>
/// <param name="Contributors">Whose inputs are in it, in the roster's order.</param>
/// <param name="Sum">The words of the sum modulo 2^b.</param>
public sealed record SecureAggregationResult(IReadOnlyList<PartyId> Contributors, IReadOnlyList<ulong> Sum);

/// <summary>The server's phase Unmask: collects shares, reconstructs what removes the masks, and opens the sum (figure 4, round 4).</summary>
public sealed class ServerUnmask : ServerPhase
{
    private readonly SortedDictionary<int, PeerKeys> _keys;
    private readonly ImmutableArray<int> _shared;
    private readonly ImmutableArray<int> _survivors;
    private readonly SortedDictionary<int, SortedDictionary<int, (ShareKind Kind, byte[] Share)>> _answers = [];

    internal ServerUnmask(
        SecureAggregationContext context,
        SortedDictionary<int, PeerKeys> keys,
        ImmutableArray<int> shared,
        ImmutableArray<int> survivors,
        ImmutableArray<int> confirmed,
        byte[] confirmations)
        : base(context, confirmed)
    {
        _keys = keys;
        _shared = shared;
        _survivors = survivors;
        Confirmations = confirmations;
    }

    /// <summary>The signatures over the survivor set for the clients of U4, the same for every one of them.</summary>
    public ReadOnlyMemory<byte> Confirmations { get; }

    /// <summary>Whose inputs will be in the sum.</summary>
    public IReadOnlyList<PartyId> Survivors => [.. _survivors.Select(Context.Name)];

    /// <inheritdoc/>
    public override int Needed => Context.Parameters.ReconstructionThreshold;

    /// <summary>Takes a client's message.</summary>
    /// <param name="message">The bytes as they came.</param>
    /// <returns>
    /// Whose it was, or a fault as <c>secagg.wrong-share-kind</c> (a dropped client's seed or a survivor's key), <c>secagg.wrong-recipients</c> (shares of
    /// other clients than asked) or <c>secagg.equivocation</c>.
    /// </returns>
    public Checked<Acceptance> Add(ReadOnlySpan<byte> message)
    {
        if (!UnmaskMessage.Read(Context, message, out var content).Try(out var one, out var fault))
        {
            return fault;
        }

        if (!one.Shares.Keys.SequenceEqual(_shared))
        {
            return new ProtocolFault(
                "secagg.wrong-recipients", Context.Name(one.Index), $"shares of {Context.Names(_shared)}", $"shares of {one.Shares.Count} others");
        }

        foreach (var (owner, (kind, _)) in one.Shares)
        {
            var expected = _survivors.Contains(owner) ? ShareKind.Seed : ShareKind.Key;
            if (kind != expected)
            {
                return new ProtocolFault("secagg.wrong-share-kind", Context.Name(one.Index), $"a share of the {expected} of {Context.Name(owner)}", $"one of its {kind}");
            }
        }

        var taken = Take(one.Index, content);
        if (taken is { IsOk: true, Value.IsNew: true })
        {
            _answers.Add(one.Index, one.Shares);
        }

        return taken;
    }

    /// <summary>Reconstructs and removes the masks.</summary>
    /// <param name="sum">The sum of exactly the survivors' masked inputs.</param>
    /// <returns>
    /// The opened sum; or <c>secagg.too-few</c> naming who is missing, or <c>secagg.inconsistent-shares</c> naming the client whose key or seed does not come
    /// together: some share is wrong, and the round aborts.
    /// </returns>
    /// <exception cref="ArgumentException">The sum is over other clients than the survivors.</exception>
    /// <remarks>
    /// CPU-heavy: for each survivor one expansion, for each dropped client one for every survivor. A reconstructed key must give the public key that its owner
    /// signed; a seed has no such check, so with exactly t answers a wrong share of a seed makes a wrong sum unnoticed (so does a wrong input, as in the paper).
    /// </remarks>
    public Checked<SecureAggregationResult> Finish(MaskedSum sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        if (!sum.Clients.SequenceEqual(_survivors))
        {
            throw new ArgumentException($"The sum is over {string.Join(", ", sum.Parties)}, the survivors are {Context.Names(_survivors)}.", nameof(sum));
        }

        if (TryClose(_answers.Count) is { } tooFew)
        {
            return tooFew;
        }

        var words = sum.CopyWords();
        foreach (var owner in _shared)
        {
            if (!Reconstruct(owner).Try(out var secret, out var fault))
            {
                return fault;
            }

            var wrong = _survivors.Contains(owner) ? RemoveSelfMask(words, owner, secret) : RemovePairMasks(words, owner, secret);
            CryptographicOperations.ZeroMemory(secret);
            if (wrong is not null)
            {
                return wrong;
            }
        }

        return new SecureAggregationResult(Survivors, words);
    }

    private Checked<byte[]> Reconstruct(int owner)
    {
        byte[] points = [.. _answers.Keys.Select(AdvertisedClient.Point)];
        var shares = _answers.Values.Select(answer => (ReadOnlyMemory<byte>)answer[owner].Share).ToArray();
        return ByteShamir.TryReconstruct(Context.Parameters.ReconstructionThreshold, points, shares, out var secret) ? secret : Inconsistent(owner);
    }

    /// <summary>A survivor's self-mask PRG(b_u).</summary>
    private ProtocolFault? RemoveSelfMask(ulong[] words, int owner, byte[] secret)
    {
        Masks.Apply(Context.Parameters, words, Masks.SelfSeed(Context, secret, owner), subtract: true);
        return null;
    }

    /// <summary>A dropped client's masks in every survivor's vector: what survivor v added for it is taken off again.</summary>
    private ProtocolFault? RemovePairMasks(ulong[] words, int owner, byte[] secret)
    {
        if (!AgreementKey.TryImport(secret, out var key))
        {
            return Inconsistent(owner);
        }

        using (key)
        {
            if (!key.PublicKey.Equals(_keys[owner].Masking))
            {
                return Inconsistent(owner);
            }

            foreach (var survivor in _survivors)
            {
                var seed = Masks.PairSeed(Context, key, _keys[survivor].Masking, owner, survivor);
                Masks.Apply(Context.Parameters, words, seed, subtract: !Masks.IsSubtracted(survivor, owner));
            }
        }

        return null;
    }

    private ProtocolFault Inconsistent(int owner) =>
        new("secagg.inconsistent-shares", null, $"shares that give the secret of {Context.Name(owner)}", "shares that do not fit each other or its key");
}
