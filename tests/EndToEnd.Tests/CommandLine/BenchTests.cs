using System.Threading.Channels;
using PrivacyGrains.Cli.Bench;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Engine;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

[Collection(CommandLineCollection.Name)]
public sealed class BenchTests
{
    private const int Header = 16; // of a primitive's message
    private const int RoundHeader = 56; // of a session's round message

    /// <summary>Work small enough for a test, its rounds, and its bytes from each party counted by hand.</summary>
    public static TheoryData<string, int, long> Small => new()
    {
        { "multiply", 1, Header + (8 * 2 * 100) },
        { "shamir", 1, 2 * (Header + (8 * 100)) },
        { "compare-keys", 1, Header + (8 * 100) },
        { "compare", 7, (7 * Header) + (8 * (100 + (2 * 2 * (61 + 31 + 15 + 7 + 3 + 1)))) },
        { "product", 2, (2 * RoundHeader) + (8 * ((4 * 5) + (5 * 3) + (4 * 3))) },
        { "registered", 2, (2 * RoundHeader) + (8 * ((4 * 5) + (4 * 3))) },
    };

    [Theory]
    [MemberData(nameof(Small))]
    public async Task Run_SmallWork_SendsWhatWasCountedByHand_AndIsRight(string name, int rounds, long bytes)
    {
        var work = name switch
        {
            "multiply" => PrimitiveWorks.Multiply(name, 100),
            "shamir" => PrimitiveWorks.ShamirMultiply(name, 100),
            "compare-keys" => PrimitiveWorks.CompareByKeys(name, 100),
            "registered" => InferenceWorks.Of(name, BenchCatalogue.Product(4, 5, 3), registered: true),
            "compare" => PrimitiveWorks.Compare(name, 100),
            _ => InferenceWorks.Of(name, BenchCatalogue.Product(4, 5, 3)),
        };
        var result = await BenchRunner.RunAsync(work, new BenchClock(TimeSpan.Zero, TimeSpan.Zero), BenchRunner.Embedded, CancellationToken.None);
        Assert.Equal((rounds, bytes), (result.Rounds, result.BytesPerParty));
        Assert.True(result.MinSeconds > 0 && result.MinSeconds <= result.MedianSeconds);
    }

    [Theory]
    [InlineData("multiply", 1)]
    [InlineData("compare", 7)]
    [InlineData("shamir", 1)]
    public async Task Run_FramesAsGrainMessages_SendsTheSameAsInMemory(string name, int rounds)
    {
        var work = name switch
        {
            "multiply" => PrimitiveWorks.Multiply(name, 100_000), // of several frames
            "compare" => PrimitiveWorks.Compare(name, 100),
            _ => PrimitiveWorks.ShamirMultiply(name, 100),
        };
        var clock = new BenchClock(TimeSpan.Zero, TimeSpan.Zero);
        var (messages, memory) = (
            await BenchRunner.RunAsync(work, clock, BenchRunner.Grains, CancellationToken.None), await BenchRunner.RunAsync(work, clock, BenchRunner.Embedded, CancellationToken.None));
        Assert.Equal((BenchRunner.Grains, rounds, memory.BytesPerParty), (messages.Engine, messages.Rounds, messages.BytesPerParty));
        Assert.Equal(rounds, memory.Rounds);
    }

    [Fact]
    public async Task Run_GrainThatCannotReachItsPeer_EndsWithTheReason()
    {
        PartyId[] names = [.. PartyTable.Names(SharingScheme.Additive(2))];
        await using var silo = await BenchSilo.StartAsync(names, [names[0]], BenchSilo.FreePort(), null, CancellationToken.None);
        await BenchPartyGrain.Of(silo.Grains, names[0]).OpenAsync();
        using var carrier = silo.Carrier(names[0], names[1]);
        _ = carrier.Room(8);
        await carrier.SendAsync(8);
        var closed = await Assert.ThrowsAsync<ChannelClosedException>(async () => await carrier.ReceiveAsync());
        Assert.IsType<OrleansException>(closed.InnerException, exactMatch: false);
    }

    [Fact]
    public async Task Run_OtherBytesThanPlanned_IsRefused()
    {
        var work = PrimitiveWorks.Multiply("multiply", 8) with { BytesPerParty = 7 };
        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => BenchRunner.RunAsync(work, new BenchClock(TimeSpan.Zero, TimeSpan.Zero), BenchRunner.Embedded, CancellationToken.None));
        Assert.Contains("7 bytes", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multiply-1e6", 2, 1, 16_000_016)]
    [InlineData("matmul-128", 2, 2, 393_328)]
    [InlineData("matmul-1000x784x10", 2, 2, 6_352_112)]
    [InlineData("compare-1e5", 2, 7, 3_751_056)]
    [InlineData("compare-1", 2, 1, 24)]
    [InlineData("logistic-569x30", 2, 8, 202_368)]
    [InlineData("mlp-1", 2, 6, 10_784)]
    [InlineData("mlp-128", 2, 20, 2_251_872)]
    [InlineData("lenet-1", 2, 20, 549_672)]
    [InlineData("lenet-128", 2, 59, 80_423_720)]
    [InlineData("softmax-1000x10", 2, 26, 2_690_056)]
    [InlineData("shamir-multiply-1e6", 3, 1, 16_000_032)]
    [InlineData("dealer-triples-1e6", 2, 0, 8_000_094)]
    public void Choose_Name_SaysItsRoundsAndBytesBeforehand(string name, int parties, int rounds, long bytes)
    {
        var work = Assert.Single(BenchCatalogue.Choose(name));
        Assert.Equal((parties, rounds, bytes), (work.Scheme.Parties, work.Rounds, work.BytesPerParty));
    }

    [Fact]
    public async Task Mpc_OneComparison_PrintsOneResult()
    {
        var results = (await CommandRun.OfAsync("bench", "mpc", "--only", "compare-1", "--engine", "embedded", "--json")).Good().Document().GetProperty("results");
        var one = Assert.Single(results.EnumerateArray());
        Assert.Equal(("compare-1", BenchRunner.Embedded, 2), (one.GetProperty("name").GetString(), one.GetProperty("engine").GetString(), one.GetProperty("parties").GetInt32()));
        Assert.Equal(["bytesPerParty", "engine", "medianSeconds", "minSeconds", "name", "parties", "rounds"], one.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Mpc_EngineOfAnotherBuild_IsRefusedInOneLineThatSaysWhatToBuild()
    {
        var run = await CommandRun.OfAsync("bench", "mpc", "--only", "compare-1", "--engine", "orleans", "--json");
        if (EngineInfo.SupportsClustering)
        {
            Assert.Equal("orleans", Assert.Single(run.Good().Document().GetProperty("results").EnumerateArray()).GetProperty("engine").GetString());
            return;
        }

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("-p:GrainEngine=Orleans", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lenet-2")]
    [InlineData("lenet-64")]
    [InlineData("")]
    public async Task Mpc_NameThatDoesNotExist_IsRefusedByName(string name)
    {
        var run = await CommandRun.OfAsync("bench", "mpc", "--only", name);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.StartsWith($"bench.unknown-name: There is no work named '{name}'", run.Error, StringComparison.Ordinal);
        Assert.Contains("mlp-128", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ckks_NodeSealThatIsNotThere_IsRefusedBeforeAnyWork()
    {
        var run = await CommandRun.OfAsync("bench", "ckks", "--node-seal", Path.Combine(Path.GetTempPath(), "no-such-folder"));
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.StartsWith("bench.no-node-seal: ", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_OneAfterTheOther_PrintsTheTimeOfEach()
    {
        var document = (await CommandRun.OfAsync("bench", "sessions", "--work", "compare-1", "--count", "12", "--json")).Good().Document();
        Assert.Equal("compare-1", document.GetProperty("work").GetString());
        Assert.Equal(12, document.GetProperty("seconds").EnumerateArray().Count(second => second.GetDouble() > 0));
        Assert.True(document.GetProperty("lastTenthBytes").GetInt64() > 0);
        Assert.Equal(ExitCodes.BadInput, (await CommandRun.OfAsync("bench", "sessions", "--count", "0")).ExitCode);
    }

    [Fact]
    public async Task CkksParser_OfSpoiltObjects_CountsThem_AndFindsNoneReadWrongly()
    {
        var result = (await CommandRun.OfAsync("bench", "ckks-parser", "--inputs", "3000", "--json")).Good().Document().GetProperty("result");
        Assert.Equal(3000, result.GetProperty("inputs").GetInt64());
        Assert.Equal(0, result.GetProperty("wrong").GetArrayLength());
        Assert.True(result.GetProperty("refused").GetProperty("ckks.header").GetInt64() > 0);
        Assert.Equal(ExitCodes.BadInput, (await CommandRun.OfAsync("bench", "ckks-parser", "--inputs", "0")).ExitCode);
        Assert.Equal(ExitCodes.BadInput, (await CommandRun.OfAsync("bench", "ckks-parser", "--vectors", "/no/such/folder")).ExitCode);
    }
}
