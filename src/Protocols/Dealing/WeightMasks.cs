using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>The masks of one model version's weights, as the dealer knows them.</summary>
/// <remarks>
/// Secret. The dealer keeps one secret and derives from it the seed of each <see cref="WeightMaskPlan"/> (<see cref="SeedOf"/>), so that it can recall a mask for every inference and never uses one for two versions or
/// rosters. It deals the masks to the parties once (<see cref="Deal"/>); they open the weights under them. For an inference it then makes products of fresh masks with these. <see cref="Dispose"/> clears the values.
/// </remarks>
public sealed class WeightMasks : IDisposable
{
    private readonly ulong[][] _values;

    private WeightMasks(WeightMaskPlan plan, ulong[][] values) => (Plan, _values) = (plan, values);

    /// <summary>What they are for.</summary>
    public WeightMaskPlan Plan { get; }

    /// <summary>The seed of a plan's masks.</summary>
    /// <param name="secret">The dealer's own, at least 16 uniform bytes, kept as long as any model is in use.</param>
    /// <param name="plan">What the masks are for.</param>
    /// <returns>16 bytes by HKDF-SHA256 (RFC 5869); secret.</returns>
    /// <exception cref="ArgumentException">The secret is too short.</exception>
    public static byte[] SeedOf(ReadOnlySpan<byte> secret, WeightMaskPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (secret.Length < AesCtrRandomSource.SeedLength)
        {
            throw new ArgumentException($"At least {AesCtrRandomSource.SeedLength} bytes of secret are wanted.", nameof(secret));
        }

        var seed = new byte[AesCtrRandomSource.SeedLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, seed, salt: [], info: [.. "privacygrains weight masks v1 "u8, .. plan.Digest()]);
        return seed;
    }

    /// <summary>What goes to the parties, the same every time.</summary>
    /// <param name="plan">What the masks are for.</param>
    /// <param name="seed">Of <see cref="SeedOf"/>.</param>
    /// <returns>One blob per party, in the order of indices, for <see cref="WeightMaskPlan.Preprocessing"/> and <see cref="WeightMaskPlan.Namespace"/>. Secret: seal each to its party and keep none.</returns>
    public static ImmutableArray<byte[]> Deal(WeightMaskPlan plan, ReadOnlySpan<byte> seed)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var random = new AesCtrRandomSource(seed);
        return Dealer.Deal(plan.Preprocessing, plan.Namespace, random);
    }

    /// <summary>Makes the masks again, for the dealer's own use.</summary>
    /// <param name="plan">What the masks are for.</param>
    /// <param name="seed">Of <see cref="SeedOf"/>.</param>
    public static WeightMasks Recall(WeightMaskPlan plan, ReadOnlySpan<byte> seed)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var random = new AesCtrRandomSource(seed);
        using var deal = new DealerStreams(plan.Preprocessing, Dealer.DrawSeeds(plan.Scheme, random));
        return new WeightMasks(plan, [.. plan.Lengths.Select(deal.Random)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _values)
        {
            Array.Clear(value);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Plan.ToString();

    internal ulong[] Value(int slot) => _values[slot];
}
