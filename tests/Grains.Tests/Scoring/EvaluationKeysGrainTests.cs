using PrivacyGrains.Grains.Scoring;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Scoring;

/// <summary>Keys are kept only if they are what their kind says, for their owner, until they expire.</summary>
public class EvaluationKeysGrainTests
{
    [Fact]
    public async Task Upload_InSmallPieces_IsKept_AndReplacedWhole()
    {
        await using var world = await ScoringGrains.StartAsync();
        Value(await world.Set().CreateAsync(ScoringGrains.Terms));
        var (first, second) = (ScoringGrains.PublicKey, ScoringGrains.PublicKey);

        Assert.Equal((long?)first.Length, Value(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, first, piece: 1000)).Find(KeyKinds.Public)?.Bytes);
        Assert.Equal(1 + ((first.Length + 999) / 1000), world.FilesOf());
        var replaced = Value(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, second));
        Assert.Equal(TestHash(second), replaced.Find(KeyKinds.Public)!.Digest);
        Assert.Equal("4.1", replaced.Find(KeyKinds.Public)!.SealVersion);
        Assert.Equal(2, world.FilesOf());
        Assert.Equal(TestHash(second), Value(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, second)).Find(KeyKinds.Public)!.Digest);
    }

    [Fact]
    public async Task Upload_OfGaloisKeys_OfWantedSteps_IsKept()
    {
        await using var world = await ScoringGrains.StartAsync();
        Value(await world.Set().CreateAsync(ScoringGrains.Terms));
        Assert.NotNull(Value(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Galois, ScoringGrains.GaloisKeysOf(1, 2))).Find(KeyKinds.Galois));
    }

    [Theory]
    [InlineData(KeyKinds.Public)]
    [InlineData(KeyKinds.Relinearization)]
    [InlineData(KeyKinds.Galois)]
    public async Task SecretKey_IsRefusedByName_AndNothingOfItIsKept(string kind)
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();
        var files = world.FilesOf();

        Assert.Equal("ckks.secret-key", Code(await ScoringGrains.UploadAsync(world.Set(), kind, ScoringGrains.SecretKey)));

        Assert.Equal(files, world.FilesOf());
        Assert.NotNull(Value(await world.Set().GetAsync()).Find(KeyKinds.Public)); // what was there stays
    }

    [Fact]
    public async Task Upload_ThatIsNotWhatItsKindSays_IsRefused_AndErased()
    {
        await using var world = await ScoringGrains.StartAsync();
        Value(await world.Set().CreateAsync(ScoringGrains.Terms));
        var key = ScoringGrains.PublicKey;

        Assert.Equal("scoring.bad-kind", Code(await world.Set().BeginAsync("secret")));
        Assert.Equal("scoring.bad-digest", Code(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, key, new string('0', 64))));
        Assert.Equal("ckks.truncated", Code(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, key[..^9])));
        Assert.Equal("ckks.trailing-bytes", Code(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, [.. key, 0])));
        Assert.StartsWith("ckks.", Code(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Galois, key)), StringComparison.Ordinal);
        Assert.Equal("ckks.too-large", Code(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, new byte[2_000_000])));
        Assert.Equal("scoring.upload-superseded", Code(await world.Set().AppendAsync("none", 0, key)));
        Assert.Equal(1, world.FilesOf());
    }

    [Fact]
    public async Task Piece_OutOfOrder_IsRefused_TheLastAgain_IsNot()
    {
        await using var world = await ScoringGrains.StartAsync();
        Value(await world.Set().CreateAsync(ScoringGrains.Terms));
        var key = ScoringGrains.PublicKey;
        var upload = Value(await world.Set().BeginAsync(KeyKinds.Public)).Upload;
        Value(await world.Set().AppendAsync(upload, 0, key.AsMemory(0, 1000)));
        Value(await world.Set().AppendAsync(upload, 0, key.AsMemory(0, 1000)));
        Value(await world.Set().AppendAsync(upload, 1, key.AsMemory(1000)));
        Assert.NotNull(Value(await world.Set().CommitAsync(upload, TestHash(key))).Find(KeyKinds.Public));

        var second = Value(await world.Set().BeginAsync(KeyKinds.Public)).Upload;
        Assert.Equal("scoring.piece-out-of-order", Code(await world.Set().AppendAsync(second, 3, key)));
    }

    [Fact]
    public async Task Upload_CutShortByARestart_LeavesNothing_AndIsBegunAnew()
    {
        await using var world = await ScoringGrains.StartAsync();
        Value(await world.Set().CreateAsync(ScoringGrains.Terms));
        var upload = Value(await world.Set().BeginAsync(KeyKinds.Public)).Upload;
        Value(await world.Set().AppendAsync(upload, 0, new byte[1000]));
        await world.Consortium.Cluster.KillActivationAsync(world.Set());

        Assert.Equal("scoring.upload-superseded", Code(await world.Set().CommitAsync(upload, "")));
        Assert.Equal(GrainTestCluster.CanKill ? 1 : world.FilesOf(), world.FilesOf());
        Assert.NotNull(Value(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Public, ScoringGrains.PublicKey)));
    }

    [Fact]
    public async Task Keys_OfAnotherCredential_AreNotThere()
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();
        Assert.Equal("scoring.unknown-key-set", Code(await world.Set(credential: "stranger").GetAsync()));
        Assert.Equal("scoring.unknown-key-set", Code(await world.ScoreAsync(world.Request("r-1"), credential: "stranger")));
        Assert.Equal("scoring.unknown-key-set", Code(await world.Set(credential: "stranger").DeleteAsync()));
    }

    [Fact]
    public async Task Keys_AfterTheirTime_AreErased_AndSayWhy()
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var world = await ScoringGrains.StartAsync(clock: clock);
        await world.KeySetAsync();
        Assert.True(world.FilesOf() > 1);
        clock.Advance(TimeSpan.FromHours(25));

        Assert.Equal("scoring.keys-expired", Code(await world.Set().GetAsync()));
        Assert.Equal("scoring.keys-expired", Code(await world.ScoreAsync(world.Request("r-1"))));
        Assert.Equal("scoring.keys-expired", Code(await world.Set().BeginAsync(KeyKinds.Public)));
        Assert.Equal(0, world.FilesOf());
    }

    [Fact]
    public async Task Keys_Deleted_AreErased_AndTheSetIsGone()
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();
        Value(await world.Set().DeleteAsync());
        Value(await world.Set().DeleteAsync());
        Assert.Equal(0, world.FilesOf());
        Assert.Equal("scoring.unknown-key-set", Code(await world.Set().GetAsync()));
        Assert.Equal("scoring.unknown-key-set", Code(await world.Set().CreateAsync(ScoringGrains.Terms)));
    }

    [Fact]
    public async Task Sets_MoreThanAllowed_AreRefused()
    {
        await using var world = await ScoringGrains.StartAsync(settings: new ScoringSettings { KeySetsPerCredential = 2 });
        Value(await world.Set("a").CreateAsync(ScoringGrains.Terms));
        Value(await world.Set("b").CreateAsync(ScoringGrains.Terms));
        Value(await world.Set("b").CreateAsync(ScoringGrains.Terms));
        Assert.Equal("scoring.too-many-key-sets", Code(await world.Set("c").CreateAsync(ScoringGrains.Terms)));
        Value(await world.Set("a").DeleteAsync());
        Value(await world.Set("c").CreateAsync(ScoringGrains.Terms));
    }

    [Fact]
    public async Task Keys_GoneFromTheDisk_AreSaidToBeLost()
    {
        await using var world = await ScoringGrains.StartAsync(settings: new ScoringSettings { ReadyKeyBytes = 0 });
        await world.KeySetAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(world.Consortium.Folder, "consortium", "evaluation-keys"), "public.*", SearchOption.AllDirectories).ToList())
        {
            File.Delete(file);
        }

        Assert.Equal("scoring.keys-lost", Code(await world.ScoreAsync(world.Request("r-1"))));
        Assert.Equal(0, await world.UsedAsync());
    }

    private static string TestHash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
}
