using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Beaver;

/// <summary>What the products have in common.</summary>
internal static class Shares
{
    internal static void RequireOf(Committee committee, ShareTensor share)
    {
        ArgumentNullException.ThrowIfNull(committee);
        ArgumentNullException.ThrowIfNull(share);
        if (share.Scheme != committee.Scheme || share.Party != committee.Self)
        {
            throw new ArgumentException($"A {share} is not this party's in {committee}.", nameof(share));
        }
    }

    internal static void RequireOf(Committee committee, BitShares share)
    {
        ArgumentNullException.ThrowIfNull(committee);
        ArgumentNullException.ThrowIfNull(share);
        if (share.Parties != committee.Scheme.Parties || share.Party != committee.Self)
        {
            throw new ArgumentException($"A {share} is not this party's in {committee}.", nameof(share));
        }
    }

    internal static void RequireSameShape(ShareTensor x, ShareTensor y)
    {
        if (!x.Shape.Equals(y.Shape))
        {
            throw new ArgumentException($"Both factors must have one shape; these are {x.Shape} and {y.Shape}.", nameof(y));
        }
    }

    /// <summary>c + e * a + d * (b + e), the public e added by those who add constants. Leaves the product in c; overwrites a and b.</summary>
    internal static void Multiply(Committee committee, ReadOnlySpan<ulong> d, ReadOnlySpan<ulong> e, Span<ulong> a, Span<ulong> b, Span<ulong> c)
    {
        var algebra = committee.Scheme.Algebra;
        algebra.Multiply(a, e, a);
        algebra.Add(c, a, c);
        if (committee.Scheme.AddsConstants(committee.Self))
        {
            algebra.Add(b, e, b);
        }

        algebra.Multiply(b, d, b);
        algebra.Add(c, b, c);
    }
}
