using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using PrivacyGrains.Learning.Models;

namespace PrivacyGrains.Learning.Tests.Models;

public class ModelFileTests
{
    private static readonly LogisticModel Model = LogisticModel.Create(
        Standardisation.Of(Sample.Schema), [.. Enumerable.Range(0, 31).Select(i => Math.Sin(i))]);

    [Fact]
    public void File_RoundTripsToTheSameBytesAndDigest()
    {
        var bytes = LogisticModelFile.Write(Model);
        Assert.True(LogisticModelFile.TryRead(bytes, out var back, out var fault), fault);
        Assert.Equal(Model.ToParameters(), back.ToParameters());
        Assert.Equal(Model.Scale.Ranges.ToArray(), back.Scale.Ranges.ToArray());
        Assert.Equal(bytes, LogisticModelFile.Write(back));
        Assert.Equal(LogisticModelFile.Digest(Model), LogisticModelFile.Digest(back));
        Assert.Matches("^[0-9a-f]{64}$", LogisticModelFile.Digest(Model));
    }

    [Fact]
    public void File_IsSafetensorsAsOthersReadIt()
    {
        // The layout of the format's README, read by hand: length, JSON, offsets into the rest.
        var bytes = LogisticModelFile.Write(Model);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var header = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, length));
        var weights = header.RootElement.GetProperty("weights");
        Assert.Equal("F64", weights.GetProperty("dtype").GetString());
        Assert.Equal(30, weights.GetProperty("shape")[0].GetInt32());
        var begin = 8 + length + weights.GetProperty("data_offsets")[0].GetInt32();
        Assert.Equal(Math.Sin(1), BitConverter.ToDouble(bytes, begin + 8));
        Assert.Equal(0, length % 8);
    }

    [Fact]
    public void File_AnotherParameter_HasAnotherDigest()
    {
        var parameters = Model.ToParameters();
        parameters[7] = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(parameters[7]) ^ 1);
        Assert.NotEqual(LogisticModelFile.Digest(Model), LogisticModelFile.Digest(LogisticModel.Create(Model.Scale, parameters)));
    }

    [Fact]
    public void Read_AnyCutOrGarbage_IsRefusedWithoutAnException()
    {
        var bytes = LogisticModelFile.Write(Model);
        for (var length = 0; length < bytes.Length; length += 7)
        {
            Assert.False(LogisticModelFile.TryRead(bytes.AsSpan(0, length), out _, out var fault));
            Assert.NotEmpty(fault);
        }

        Assert.False(LogisticModelFile.TryRead([.. bytes, 0], out _, out _));
        for (var at = 0; at < 400; at++)
        {
            var bad = bytes.ToArray();
            bad[at] ^= 0x15;
            // A changed byte may still be a file (another digit, another name); it must not throw, and never be the same model.
            if (LogisticModelFile.TryRead(bad, out var other, out _))
            {
                Assert.NotEqual(LogisticModelFile.Digest(Model), LogisticModelFile.Digest(other));
            }
        }
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[16,24]}}", 24)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 16)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[-1],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[2147483647,2147483647,2147483647],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,0]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,9999999999]}}", 8)]
    [InlineData("{\"a\":{\"shape\":[1],\"data_offsets\":[0,8]}}", 8)]
    [InlineData("{\"a\":7}", 0)]
    [InlineData("[]", 0)]
    [InlineData("{\"__metadata__\":{\"k\":1}}", 0)]
    public void Safetensors_HostileHeader_IsRefused(string header, int dataLength)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        Assert.False(Safetensors.TryRead(bytes, out _, out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void Safetensors_HeaderLongerThanTheFile_IsRefusedBeforeAllocation()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.MaxValue);
        Assert.False(Safetensors.TryRead(bytes, out _, out _));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 9);
        Assert.False(Safetensors.TryRead(bytes, out _, out _));
    }

    [Fact]
    public void Safetensors_NotFinite_IsRefusedBothWays()
    {
        var bad = new SafetensorsFile(ImmutableSortedDictionary<string, string>.Empty, [new DoubleTensor("a", [1], [double.NaN])]);
        Assert.Throws<ArgumentException>(() => Safetensors.Write(bad));
        var bytes = Safetensors.Write(bad with { Tensors = [new DoubleTensor("a", [1], [1])] });
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(bytes.Length - 8), double.PositiveInfinity);
        Assert.False(Safetensors.TryRead(bytes, out _, out _));
    }

    [Fact]
    public void Model_ScoresAndRefuses()
    {
        var model = LogisticModel.Create(Standardisation.Of([new("a", 0, 1), new("b", 0, 1)]), [2, -1, 0.5]);
        Assert.Equal(2.0, model.LogOdds([1, 0.5]), 12);
        Assert.Equal(1 / (1 + Math.Exp(-2)), model.Score([1, 0.5]), 12);
        Assert.Equal((1, 0), (model.Predict([1, 0.5]), model.Predict([-1, 0.5])));
        Assert.Equal(0, LogisticModel.Sigmoid(-1000));
        Assert.Equal(1, LogisticModel.Sigmoid(1000));
        Assert.Throws<ArgumentException>(() => model.LogOdds([1]));
        Assert.Throws<ArgumentException>(() => LogisticModel.Create(model.Scale, [1, 2]));
        Assert.Throws<ArgumentException>(() => LogisticModel.Create(model.Scale, [1, double.NaN, 2]));
    }
}
