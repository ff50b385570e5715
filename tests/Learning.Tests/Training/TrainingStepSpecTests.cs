using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Learning.Tests.Training;

public class TrainingStepSpecTests
{
    private static readonly TrainingStepSpec Right = new(
        "detector", 1, "logistic", new string('0', 64), "diagnosis", "M", "B", [new FeatureRange("radius", 0, 30), new FeatureRange("texture", 0, 40)],
        3, 6, 0, 0, 0.5, 2, 8, 24, 64, 5);

    // Independent of the code: the text is fixed by hand, so that another implementation can be held to it.
    private const string Text = """
        {"trainingStep":1,"spec":{"job":"detector","step":1,"model":"logistic","baseWeights":"0000000000000000000000000000000000000000000000000000000000000000","label":"diagnosis","positiveLabel":"M","negativeLabel":"B","features":[{"name":"radius","lower":0,"upper":30},{"name":"texture","lower":0,"upper":40}],"localSteps":3,"learningRate":6,"momentum":0,"ridge":0,"gradientClip":0.5,"noiseMultiplier":2,"updateClip":8,"fractionalBits":24,"wordBits":64,"clients":5}}
        """;

    [Fact]
    public void Encode_IsTheDocumentedText_AndItsDigestTheSha256()
    {
        Assert.Equal(Text, Right.Encode());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text))), Right.Digest());
    }

    [Fact]
    public void TryDecode_OwnText_GivesTheSameStep()
    {
        Assert.True(TrainingStepSpec.TryDecode(Text, out var spec, out var fault), fault);
        Assert.Equal(Right.Digest(), spec.Digest());
        Assert.Equal((3, true), (spec.VectorLength, spec.IsCharged));
    }

    public static TheoryData<string> Foreign =>
    [
        "",
        "null",
        "{}",
        "[]",
        Text + " ",
        Text.Replace("{\"trainingStep\":1", "{ \"trainingStep\":1", StringComparison.Ordinal),
        Text.Replace("\"trainingStep\":1", "\"trainingStep\":2", StringComparison.Ordinal),
        Text.Replace("\"ridge\":0", "\"ridge\":0.0", StringComparison.Ordinal),
        Text.Replace("\"ridge\":0,", "", StringComparison.Ordinal),
        Text.Replace("\"ridge\":0", "\"ridge\":0,\"extra\":1", StringComparison.Ordinal),
        Text.Replace("\"ridge\":0", "\"ridge\":0,\"ridge\":0", StringComparison.Ordinal),
        Text.Replace("\"label\":\"diagnosis\"", "\"label\":null", StringComparison.Ordinal),
        Text.Replace("\"features\":[{", "\"features\":[null,{", StringComparison.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Foreign))]
    public void TryDecode_AnyOtherText_IsRefused(string text)
    {
        Assert.False(TrainingStepSpec.TryDecode(text, out var spec, out var fault));
        Assert.Null(spec);
        Assert.NotEmpty(fault);
    }

    public static TheoryData<TrainingStepSpec> Wrong =>
    [
        Right with { Step = 0 },
        Right with { Job = "" },
        Right with { Model = "forest" },
        Right with { BaseWeights = "00" },
        Right with { Features = [] },
        Right with { Features = [new FeatureRange("radius", 3, 3)] },
        Right with { LocalSteps = 0 },
        Right with { LearningRate = -1 },
        Right with { Momentum = 1 },
        Right with { Ridge = -1 },
        Right with { GradientClip = 0 },
        Right with { NoiseMultiplier = 1e9 },
        Right with { UpdateClip = 0 },
        Right with { FractionalBits = 60 },
        Right with { WordBits = 16 },
        Right with { Clients = 0 },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void TryDecode_FiguresThatMakeNoStep_AreRefused(TrainingStepSpec wrong)
    {
        Assert.NotNull(wrong.Fault());
        Assert.False(TrainingStepSpec.TryDecode(wrong.Encode(), out _, out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void RoundRho_IsStepsOverTwiceTheSquaredMultiplier_AndZeroWithoutNoise()
    {
        Assert.Equal(3 / (2 * 2.0 * 2.0), Right.RoundRho().Value, 1e-9); // rho of a Gaussian: sensitivity squared over twice the variance, Bun and Steinke 2016, proposition 1.6
        Assert.True(Right.RoundRho().Value >= 0.375);
        Assert.Equal(0, (Right with { NoiseMultiplier = 0 }).RoundRho().Value);
        Assert.False((Right with { NoiseMultiplier = 0 }).IsCharged);
    }

    [Theory]
    [InlineData("B", "B")]
    [InlineData("", "X")]
    public void SchemaFor_NoNegativeLabel_TakesTheTablesOtherValue(string said, string expected)
    {
        Assert.True(Table.TryCreate(["radius", "texture", "diagnosis"], [["1", "2", "M"], ["1", "2", "X"]], out var table, out _));
        Assert.Equal(expected, (Right with { NegativeLabel = said }).SchemaFor(table).Negative);
    }
}
