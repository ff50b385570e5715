using PrivacyGrains.Protocols.FunctionSharing;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Makes masks whose hiding place the keys of comparison functions know.</summary>
/// <remarks>
/// With r of k bits that matter, s its top bit and r' the bits below: a number x masked as c = x + r has the sign bit c_top XOR s XOR [c' &lt; r'], so that the
/// keys have the hidden point r' and answer in one evaluation d = s XOR [c' &lt; r'] = s + [c' &lt; r'](1 - 2s), and d * Y for any Y that the dealer knows:
/// the payload (1 - 2s) Y, and s Y shared beside it. docs/protocols/comparison.md derives what the parties make of it.
/// </remarks>
internal static class KeyedMasks
{
    internal static void Make(CorrelationRequest request, DealerStreams deal)
    {
        var (count, shift, bits) = (request.First, request.Second, request.Third);
        var mask = deal.Random(count);
        var roots = deal.Own(request.Keys.RootWords);
        var (low, high, top) = (new ulong[count], new ulong[count], new ulong[count]);
        for (var i = 0; i < count; i++)
        {
            low[i] = mask[i] & ((1UL << (bits - 1)) - 1);
            high[i] = low[i] >> shift;
            low[i] >>= request.Fourth;
            top[i] = (mask[i] >> (bits - 1)) & 1;
        }

        ulong[] signs = [.. top.Select(s => unchecked(1 - (2 * s)))];
        ulong[] One(ulong[] y) => Products(signs, y);
        ulong[] payload;
        switch (request.Kind)
        {
            case CorrelationKind.ReluKeys when shift == 0:
                deal.Fixed([.. top, .. Products(top, mask)]);
                payload = [.. signs, .. One(mask)];
                break;
            case CorrelationKind.ReluKeys:
                deal.Fixed([.. top, .. high, .. Products(top, high)]);
                payload = [.. signs, .. One(top), .. One(high)];
                break;
            default:
                deal.Fixed(shift == 0 ? top : [.. top, .. high]);
                payload = signs;
                break;
        }

        deal.Common(ComparisonKeyMaker.Make(request.Keys, roots, low, payload));
    }

    /// <summary>Masks whose low k bits are the hidden points of point functions with the value 1: x + r has the bits of v + r exactly where x is v modulo 2^k.</summary>
    internal static void MakeEqual(CorrelationRequest request, DealerStreams deal)
    {
        var points = deal.Random(request.First);
        var roots = deal.Own(request.PointKeys.RootWords);
        var ones = new ulong[points.Length];
        Array.Fill(ones, 1UL);
        for (var i = 0; i < points.Length; i++)
        {
            points[i] &= ulong.MaxValue >> (64 - request.Third);
        }

        deal.Common(PointKeyMaker.Make(request.PointKeys, roots, points, ones));
    }

    private static ulong[] Products(ulong[] x, ulong[] y)
    {
        var products = new ulong[x.Length];
        Arithmetic.Ring64.Multiply(x, y, products);
        return products;
    }
}
