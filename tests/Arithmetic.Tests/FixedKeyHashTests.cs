using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;

namespace PrivacyGrains.Arithmetic.Tests;

public sealed class FixedKeyHashTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(29)]
    public void Hash_ByInstructionsAndByThePlatform_AreEqual_AlsoInPlace(int blocks)
    {
        using var random = new AesCtrRandomSource(new byte[16]);
        var input = new ulong[2 * blocks];
        UniformElements.FillRing64(random, input);
        var (fast, portable) = (new ulong[input.Length], new ulong[input.Length]);
        FixedKeyHash.Hash(input, fast);
        FixedKeyHash.HashPortable(input, portable);
        Assert.Equal(portable, fast);
        FixedKeyHash.Hash(input, input);
        Assert.Equal(portable, input);
    }

    [Fact]
    public void Hash_OneBlock_IsAesOfTheOrthomorphismXorIt()
    {
        // sigma(low 1, high 2) is low 2, high 3.
        byte[] image = [2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
        using var aes = Aes.Create();
        aes.SetKey(SHA256.HashData("PrivacyGrains fixed-key hash v1"u8).AsSpan(0, 16));
        var expected = aes.EncryptEcb(image, PaddingMode.None).Zip(image, (a, b) => (byte)(a ^ b)).ToArray();
        var hash = new ulong[2];
        FixedKeyHash.Hash([1, 2], hash);
        Assert.Equal(expected, hash.SelectMany(BitConverter.GetBytes));
    }

    [Fact]
    public void Hash_HalfABlockOrAnotherLength_IsTheCallersBug()
    {
        Assert.Throws<ArgumentException>(() => FixedKeyHash.Hash([1], new ulong[1]));
        Assert.Throws<ArgumentException>(() => FixedKeyHash.Hash([1, 2], new ulong[4]));
    }
}
