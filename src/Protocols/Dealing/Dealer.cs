using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Makes correlated randomness for one session.</summary>
/// <remarks>
/// Source: the trusted-dealer preprocessing of Beaver, "Commodity-Based Cryptography", STOC 1997, with seed compression as in Boyle, Couteau, Gilboa,
/// Ishai, Kohl, Scholl, "Efficient Pseudorandom Correlation Generators", CRYPTO 2019, section 1 (each party expands a short seed, the last also gets a
/// correction). The dealer knows every mask: it must see no message of the computation and collude with no party. Secrecy against t parties is
/// computational, by AES-128 in counter mode. The dealer proves nothing: a wrong correlation gives a wrong result.
/// </remarks>
public static class Dealer
{
    /// <summary>Draws fresh seeds and deals one session's correlations.</summary>
    /// <param name="plan">What to make.</param>
    /// <param name="session">The session that the blobs serve; each says so.</param>
    /// <param name="random">Uniform bytes; <see cref="SystemRandomSource"/> outside tests. Twice the same bytes would deal the same masks twice.</param>
    /// <param name="masks">The masks of weights that the plan names; null where it names none.</param>
    /// <returns>One blob per party, in the order of indices. Secret: seal each to its party and keep none.</returns>
    /// <exception cref="ArgumentException">The masks are not those of the plan, or do not fit its products.</exception>
    public static ImmutableArray<byte[]> Deal(PreprocessingPlan plan, SessionId session, IRandomSource random, WeightMasks? masks = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(random);
        RequireMasks(plan, masks);
        var seeds = DrawSeeds(plan.Scheme, random);
        using var deal = new DealerStreams(plan, seeds);
        foreach (var request in plan.Requests)
        {
            CorrelationMaker.Make(request, plan.Scheme.Algebra, deal, masks);
        }

        var digest = plan.Digest();
        return [.. seeds.Select((seed, party) => Correlations.WriteBlob(session, digest, party, seed, deal.CorrectionOf(party)))];
    }

    /// <summary>A fresh seed for every party.</summary>
    internal static byte[][] DrawSeeds(SharingScheme scheme, IRandomSource random)
    {
        var seeds = new byte[scheme.Parties][];
        for (var party = 0; party < seeds.Length; party++)
        {
            seeds[party] = new byte[AesCtrRandomSource.SeedLength];
            random.Fill(seeds[party]);
        }

        return seeds;
    }

    private static void RequireMasks(PreprocessingPlan plan, WeightMasks? masks)
    {
        var products = plan.Requests.SelectMany(request => request.Kind switch
        {
            CorrelationKind.MaskedMatrix => [(Slot: request.Fourth, Length: (long)request.Second * request.Third)],
            CorrelationKind.MaskedConvolution => Enumerable.Range(0, request.Shape!.Groups).Select(group => (Slot: request.Fourth + group, Length: (long)request.Second / request.Shape.Groups)),
            _ => [],
        });
        if (masks is null
            ? !plan.MaskDigest.IsEmpty
            : !plan.MaskDigest.Span.SequenceEqual(masks.Plan.Digest()) || masks.Plan.Scheme != plan.Scheme
                || products.Any(product => product.Slot >= masks.Plan.Lengths.Length || masks.Plan.Lengths[product.Slot] != product.Length))
        {
            throw new ArgumentException($"{plan} wants {(plan.MaskDigest.IsEmpty ? "no masks of weights" : "the masks of weights that it names")}; these are {masks?.ToString() ?? "none"}.", nameof(masks));
        }
    }
}
