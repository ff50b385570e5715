using System.Text.Json;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Scoring;
using PrivacyGrains.Learning.Onnx;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>What PyTorch exported and computed, against the chain that is registered for scoring.</summary>
public class ImportedNetworkTests
{
    [Theory]
    [InlineData("logistic", "sigmoid")]
    [InlineData("classifier", "softmax")]
    [InlineData("standardised", "identity")]
    [InlineData("mlp", null)]
    [InlineData("mlp-double", null)]
    public void Chain_GivesTheExportedOutputs(string name, string? link)
    {
        var imported = ImportedNetwork.Of(Read(name));
        using var truth = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(InferExportedTests.Folder(), $"{name}.json")));
        double[][] Rows(string property) => [.. truth.RootElement.GetProperty(property).EnumerateArray().Select(row => row.EnumerateArray().Select(number => number.GetDouble()).ToArray())];
        foreach (var (row, expected) in Rows("input").Zip(Rows("outputs")))
        {
            var answer = RowLink(imported.Link, imported.Network.Score(row));
            Assert.All(answer.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5 * Math.Max(1, Math.Abs(pair.Second))));
        }

        Assert.True(link is null || link == imported.Link, imported.Link);
    }

    [Theory]
    [InlineData("lenet")]
    [InlineData("residual")]
    [InlineData("branches")]
    [InlineData("norms")]
    public void Network_ThatIsNoChain_IsRefusedByNode(string name) =>
        Assert.Equal("scoring.unsupported-layer", Assert.Throws<InputException>(() => ImportedNetwork.Of(Read(name))).Code);

    private static OnnxNetwork Read(string name)
    {
        Assert.True(OnnxNetwork.TryRead(File.ReadAllBytes(Path.Combine(InferExportedTests.Folder(), $"{name}.onnx")), out var network, out var fault), fault?.ToString());
        return network;
    }

    private static double[] RowLink(string link, double[] row) => link switch
    {
        "sigmoid" => [.. row.Select(z => 1 / (1 + Math.Exp(-z)))],
        "softmax" => [.. row.Select(z => Math.Exp(z) / row.Sum(Math.Exp))],
        _ => row,
    };
}
