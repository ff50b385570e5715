using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Grains.Tests.Rounds;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Scoring;

/// <summary>What operators see of encrypted scoring: names and labels are a contract.</summary>
public class ScoringTelemetryTests
{
    [Fact]
    public async Task AnswersRefusalsAndKeys_AreCounted()
    {
        await using var world = await ScoringGrains.StartAsync(rows: ScoringGrains.Slots);
        using var meters = new RoundTelemetryTests.Readings(world.Consortium.Cluster.ServicesOf("silo").GetRequiredService<IMeterFactory>());
        await world.KeySetAsync();
        Assert.Equal("ckks.secret-key", Code(await ScoringGrains.UploadAsync(world.Set(), KeyKinds.Galois, ScoringGrains.SecretKey)));
        Value(await world.ScoreAsync(world.Request("r-1")));
        Assert.Equal("scoring.quota-used-up", Code(await world.ScoreAsync(world.Request("r-2"))));

        var readings = meters.Read();
        Assert.Equal(1, readings["privacygrains.scoring.answers{model=credit,layout=batched,outcome=answered}"]);
        Assert.Equal(1, readings["privacygrains.scoring.answers{model=credit,layout=batched,outcome=scoring.quota-used-up}"]);
        Assert.Equal(ScoringGrains.Slots, readings["privacygrains.scoring.rows{model=credit}"]);
        Assert.True(readings["privacygrains.scoring.duration{layout=batched}"] > 0);
        Assert.Equal(1, readings["privacygrains.scoring.keys{kind=public,outcome=taken}"]);
        Assert.Equal(1, readings["privacygrains.scoring.keys{kind=galois,outcome=refused}"]);
        Assert.Equal(2 * 3 * 4096 * 8, readings["privacygrains.scoring.keys.ready{}"]);
        Assert.Equal(1, readings["privacygrains.refusals{grain=evaluation-keys,code=ckks.secret-key}"]);

        Value(await world.Set().DeleteAsync());
        Assert.Equal(0, meters.Read()["privacygrains.scoring.keys.ready{}"]);
    }
}
