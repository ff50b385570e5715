using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Tests.Sharing;

public sealed class SecretSharingTests
{
    public static TheoryData<string> Grid => Schemes.Names;

    [Theory]
    [MemberData(nameof(Grid))]
    public void Reconstruct_OfSplit_IsTheValue(string name)
    {
        var scheme = Schemes.Named(name);
        foreach (var length in Schemes.Lengths)
        {
            var values = Schemes.Uniform(scheme.Algebra, length, 1);
            var shares = SecretSharing.Split(scheme, values, TensorShape.Of(length), SystemRandomSource.Instance);
            Assert.Equal(values, SecretSharing.Reconstruct(shares).Value);
            Assert.Equal(values, SecretSharing.Reconstruct([.. shares.Reverse().Take(scheme.ReconstructionThreshold)]).Value);
        }
    }

    [Fact]
    public void Split_KnownAnswers()
    {
        using var vectors = Vectors.Read("sharing/v1/shares.json");
        foreach (var c in vectors.RootElement.EnumerateArray())
        {
            var (n, t) = (c.GetProperty("parties").GetInt32(), c.GetProperty("corruptionThreshold").GetInt32());
            var scheme = c.GetProperty("kind").GetString() == "additive" ? SharingScheme.Additive(n) : SharingScheme.Shamir(n, t);
            ulong[] values = [.. c.GetProperty("values").EnumerateArray().Select(v => ulong.Parse(v.GetString()!))];
            using var random = new AesCtrRandomSource(c.Hex("seed"));
            var shares = SecretSharing.Split(scheme, values, TensorShape.Of(values.Length), random);
            var expected = c.GetProperty("shares").EnumerateArray().Select(s => s.EnumerateArray().Select(w => ulong.Parse(w.GetString()!)).ToArray()).ToArray();
            Assert.Equal(expected, shares.Select(share => share.Words.ToArray()));
        }
    }

    [Fact]
    public void Split_SharesOfOneValueTwice_Differ()
    {
        var scheme = SharingScheme.Shamir(3, 1);
        var one = SecretSharing.Split(scheme, [5UL], TensorShape.Of(1), SystemRandomSource.Instance);
        var other = SecretSharing.Split(scheme, [5UL], TensorShape.Of(1), SystemRandomSource.Instance);
        Assert.NotEqual(one[0].Words.ToArray(), other[0].Words.ToArray());
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void Reconstruct_TooFewDoubledOrMismatched_IsANamedFault(string name)
    {
        var scheme = Schemes.Named(name);
        var shares = SecretSharing.Split(scheme, new ulong[4], TensorShape.Of(4), SystemRandomSource.Instance);
        Assert.Equal("share.missing", SecretSharing.Reconstruct([]).Fault.Code());
        Assert.Equal("share.missing", SecretSharing.Reconstruct([.. shares.Take(scheme.CorruptionThreshold)]).Fault.Code());
        Assert.Equal("share.doubled", SecretSharing.Reconstruct([.. shares.SetItem(1, shares[0])]).Fault.Code());
        var reshaped = ShareTensor.Create(scheme, 1, TensorShape.Of(2, 2), new ulong[4]);
        Assert.Equal("share.mismatched", SecretSharing.Reconstruct([.. shares.SetItem(1, reshaped)]).Fault.Code());
    }

    [Fact]
    public void Reconstruct_ShamirShareOffThePolynomial_IsInconsistent()
    {
        var scheme = SharingScheme.Shamir(4, 1);
        var shares = SecretSharing.Split(scheme, [1UL, 2UL], TensorShape.Of(2), SystemRandomSource.Instance);
        var changed = shares[3].AddPublic([0UL, 1UL]);
        Assert.Equal("share.inconsistent", SecretSharing.Reconstruct([.. shares.SetItem(3, changed)]).Fault.Code());
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void LinearOperations_OnShares_EqualThoseOnValues(string name)
    {
        var scheme = Schemes.Named(name);
        var algebra = scheme.Algebra;
        var (x, y, row) = (Schemes.Uniform(algebra, 6, 1), Schemes.Uniform(algebra, 6, 2), Schemes.Uniform(algebra, 3, 3));
        var matrix = TensorShape.Of(2, 3);
        var xs = SecretSharing.Split(scheme, x, matrix, SystemRandomSource.Instance);
        var ys = SecretSharing.Split(scheme, y, matrix, SystemRandomSource.Instance);
        var rows = SecretSharing.Split(scheme, row, TensorShape.Of(3), SystemRandomSource.Instance);
        ulong[] repeated = [.. row, .. row];
        var expected = new ulong[6];

        algebra.Add(x, y, expected);
        Assert.Equal(expected, Open(xs.Zip(ys, (a, b) => a.Add(b))));
        Assert.Equal(expected, Open(xs.Select(a => a.AddPublic(y))));
        algebra.Subtract(x, y, expected);
        Assert.Equal(expected, Open(xs.Zip(ys, (a, b) => a.Subtract(b))));
        algebra.Scale(x, 77, expected);
        Assert.Equal(expected, Open(xs.Select(a => a.Scale(77))));
        algebra.Add(x, repeated, expected);
        Assert.Equal(expected, Open(xs.Zip(rows, (a, b) => a.AddRow(b))));
        var product = new ulong[4];
        algebra.MultiplyMatrix(x, y, product, 2, 3, 2);
        Assert.Equal(product, Open(xs.Select(a => a.MultiplyPublicMatrix(y, 2))));
        ulong[] side = [.. x[..3], .. y[..3], .. x[3..], .. y[3..]];
        Assert.Equal(side, Open(xs.Zip(ys, (a, b) => ShareTensor.ConcatenateColumns(a, b))));
    }

    [Fact]
    public void FixedPoint_RoundTripsThroughShares() =>
        Prop.ForAll(ArbMap.Default.ArbFor<short[]>(), values =>
        {
            double[] numbers = [.. values.Select(v => v / 8.0)];
            var format = FixedPoint.Create(16);
            var shares = SecretSharing.Split(SharingScheme.Additive(3), numbers, TensorShape.Of(numbers.Length), format, SystemRandomSource.Instance);
            var decoded = new double[numbers.Length];
            format.Decode(WordAlgebra.Ring64, SecretSharing.Reconstruct(shares).Value, decoded);
            return decoded.SequenceEqual(numbers);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ToBytes_ParsesBack_AndEveryCutIsMalformed()
    {
        var share = SecretSharing.Split(SharingScheme.Shamir(3, 1), [1UL, 2UL, 3UL, 4UL], TensorShape.Of(2, 2), SystemRandomSource.Instance)[2];
        var bytes = share.ToBytes();
        var back = ShareTensor.Parse(bytes).Value;
        Assert.Equal(share.ToString(), back.ToString());
        Assert.Equal(share.Words.ToArray(), back.Words.ToArray());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("share.malformed", ShareTensor.Parse(bytes.AsSpan(0, length)).Fault.Code());
        }

        Assert.Equal("share.malformed", ShareTensor.Parse([.. bytes, 0]).Fault.Code());
        bytes.AsSpan(bytes.Length - 8).Fill(0xFF);
        Assert.Equal("share.malformed", ShareTensor.Parse(bytes, PartyId.Create("a")).Fault.Code());
    }

    [Fact]
    public void Parse_HostileDimensions_AreMalformedWithoutAllocation()
    {
        var share = SecretSharing.Split(SharingScheme.Additive(2), [1UL], TensorShape.Of(1), SystemRandomSource.Instance)[0];
        var bytes = share.ToBytes();
        var at = bytes.Length - 8 - 4 - 4; // the only dimension, before the count and the word
        BitConverter.TryWriteBytes(bytes.AsSpan(at), int.MaxValue);
        Assert.Equal("share.malformed", ShareTensor.Parse(bytes).Fault.Code());
        BitConverter.TryWriteBytes(bytes.AsSpan(at), -1);
        Assert.Equal("share.malformed", ShareTensor.Parse(bytes).Fault.Code());
    }

    [Fact]
    public void Scheme_NumbersOutsideTheRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SharingScheme.Additive(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SharingScheme.Additive(SharingScheme.MaximumParties + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SharingScheme.Shamir(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SharingScheme.Shamir(3, 3));
        Assert.Throws<ArgumentException>(() => ShareTensor.Create(SharingScheme.Shamir(3, 1), 0, TensorShape.Of(1), [Field61.Modulus]));
        Assert.Throws<ArgumentException>(() => TensorShape.Of(-1));
        Assert.Throws<ArgumentException>(() => TensorShape.Of(1 << 20, 1 << 20));
    }

    [Fact]
    public void ToString_TellsNoElement()
    {
        var share = ShareTensor.Create(SharingScheme.Additive(2), 0, TensorShape.Of(1), [424242UL]);
        Assert.DoesNotContain("424242", share.ToString(), StringComparison.Ordinal);
        share.Clear();
        Assert.Equal([0UL], share.Words.ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Bits_ReconstructOfSplit_IsTheValue(int parties)
    {
        foreach (var length in new[] { 0, 1, 63, 64, 65, 1000 })
        {
            var bits = Schemes.Uniform(WordAlgebra.Ring64, PackedBits.WordsFor(length), 9);
            PackedBits.ClearPadding(bits, length);
            var shares = BitShares.Split(parties, bits, length, SystemRandomSource.Instance);
            Assert.Equal(bits, BitShares.Reconstruct(shares).Value);
            Assert.Equal("share.missing", BitShares.Reconstruct([.. shares.Skip(1)]).Fault.Code());
            Assert.Equal("share.doubled", BitShares.Reconstruct([.. shares.SetItem(0, shares[1])]).Fault.Code());
        }
    }

    private static ulong[] Open(IEnumerable<ShareTensor> shares) => SecretSharing.Reconstruct([.. shares]).Value;
}
