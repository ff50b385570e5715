using System.Numerics;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Functions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Tests.Sharing;

namespace PrivacyGrains.Protocols.Tests.Functions;

public sealed class MaskedPowersTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    // Each number many times, so that masks of both top bits and with and without a wrap occur.
    [Theory]
    [MemberData(nameof(Grid))]
    public void Powers_OverTheHeadroomAndItsEdges_AreThoseOfOneNumberWithinAUnitOfTheCutOne(string name)
    {
        var scheme = Schemes.Named(name);
        var edge = 1L << scheme.Algebra.HeadroomBits;
        var modulus = scheme.Algebra.Bits == 64 ? BigInteger.One << 64 : (BigInteger.One << 61) - 1;
        long[] numbers = [0, 1, -1, 65535, 65536, -65536, 123456789, edge - 1, 1 - edge, edge / 2, -(edge / 2) - 3];
        long[] x = [.. Enumerable.Repeat(numbers, 40).SelectMany(n => n)];
        foreach (var bits in new[] { 0, 1, 4, 16, 58 })
        {
            var run = new Simulation(scheme).Deal(CorrelationRequest.PowerMask(x.Length, bits));
            var xs = run.Split([.. x.Select(scheme.Algebra.FromSigned)]);
            var shares = run.Run(i => MaskedPowers.Begin(run.Committees[i], xs[i], run.Correlations[i].TakePowerMask(x.Length, bits)));
            var powers = Enumerable.Range(0, 3).Select(k => run.Open(shares.Select(share => share[k]))).ToArray();
            Assert.Equal([x.Length], run.WordsPerRound);
            for (var i = 0; i < x.Length; i++)
            {
                var cut = scheme.Algebra.ToSigned(powers[0][i]);
                Assert.True(BigInteger.Abs((new BigInteger(cut) << bits) - x[i]) < BigInteger.One << bits || (bits == 0 && cut == x[i]), $"{x[i]} by {bits} bits gave {cut}");
                Assert.Equal(Element(BigInteger.Pow(cut, 2), modulus), powers[1][i]);
                Assert.Equal(Element(BigInteger.Pow(cut, 3), modulus), powers[2][i]);
            }
        }
    }

    [Fact]
    public void Powers_MaskTakenTwice_IsRefused()
    {
        var run = new Simulation(SharingScheme.Additive(2)).Deal(CorrelationRequest.PowerMask(1, 3));
        var (x, mask) = (run.Split([5])[0], run.Correlations[0].TakePowerMask(1, 3));
        MaskedPowers.Begin(run.Committees[0], x, mask);
        Assert.Throws<InvalidOperationException>(() => MaskedPowers.Begin(run.Committees[0], x, mask));
    }

    private static ulong Element(BigInteger value, BigInteger modulus) => (ulong)(((value % modulus) + modulus) % modulus);
}
