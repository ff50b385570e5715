using PrivacyGrains.Ckks.Parameters;
using PrivacyGrains.Cli.Bench.CkksParser;

namespace PrivacyGrains.Ckks.Tests.Formats;

public sealed class ParserFuzzTests
{
    // Ours, and node-seal's, whose frames have Huffman trees.
    private static readonly FuzzObject[] Corpus = [.. FuzzObject.Corpus(), .. NodeSeals()];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2026UL << 32)]
    public void Read_OfSpoiltObjects_RefusesByField_OrAcceptsWhatIsWrittenAgainAsItCame(ulong seed)
    {
        var result = ParserFuzz.Run(Corpus, seed, 50_000, CancellationToken.None);

        Assert.Empty(result.Wrong);
        Assert.Equal(50_000, result.Inputs);
        Assert.Equal(result.Inputs, result.Accepted + result.Refused.Values.Sum());
        // Each rule is met: a fuzzer that never comes as far shows nothing.
        Assert.InRange(result.Accepted, 500, 25_000);
        string[] rules =
        [
            "ckks.truncated", "ckks.trailing-bytes", "ckks.header", "ckks.version", "ckks.compression", "ckks.inflate", "ckks.too-large", "ckks.parameters", "ckks.level",
            "ckks.shape", "ckks.form", "ckks.scale", "ckks.length", "ckks.word", "ckks.seed", "ckks.keys",
        ];
        Assert.Empty(rules.Except(result.Refused.Keys));
    }

    private static IEnumerable<FuzzObject> NodeSeals()
    {
        var context = new CkksContext(CkksParameters.OfBits(2048, 27, 27));
        return Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "vectors", "ckks")).Order(StringComparer.Ordinal).Select(f => FuzzObject.OfFile(context, f)).OfType<FuzzObject>();
    }
}
