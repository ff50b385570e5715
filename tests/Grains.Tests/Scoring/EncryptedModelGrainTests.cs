using PrivacyGrains.Grains.Scoring;
using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Testing;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Scoring;

/// <summary>Every answer is counted before it leaves, by what its slots can hold, and once.</summary>
public class EncryptedModelGrainTests
{
    [Fact]
    public async Task Score_OfCiphertexts_IsRight_Counted_AndInTheAuditLog()
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();

        var answer = Value(await world.ScoreAsync(world.Request("r-1", ScoringGrains.Encrypt(0.5))));

        Assert.Equal((0.5 * (0.75 - 2.5 + 1.5)) + 0.125, ScoringGrains.Decrypt(answer.Ciphertexts), 0.02);
        Assert.Equal((ScoringGrains.Slots, 1_000_000 - ScoringGrains.Slots), (answer.Rows, answer.Quota.Left));
        Assert.Equal(ScoringGrains.Slots, await world.UsedAsync());
        Assert.Equal(["encrypted-model.registered", "encrypted-model.scored"], (await world.Consortium.AuditKindsAsync("credit/1")).Order());
    }

    [Fact]
    public async Task Score_SameIdAgain_CountsOnce_AnswersDiffer_AndOftenEnoughIsRefused()
    {
        await using var world = await ScoringGrains.StartAsync(settings: new ScoringSettings { AnswersPerRequest = 2 });
        await world.KeySetAsync();
        var request = world.Request("r-1");

        var first = Value(await world.ScoreAsync(request));
        var again = Value(await world.ScoreAsync(request));

        Assert.Equal((ScoringGrains.Slots, 0), (first.Rows, again.Rows));
        Assert.False(first.Ciphertexts.Span.SequenceEqual(again.Ciphertexts.Span));
        Assert.Equal("scoring.answered-before", Code(await world.ScoreAsync(request)));
        Assert.Equal("scoring.request-id-reused", Code(await world.ScoreAsync(world.Request("r-1", ScoringGrains.Encrypt(2)))));
        Assert.Equal(ScoringGrains.Slots, await world.UsedAsync());
    }

    [Fact]
    public async Task Score_TwoAtOnce_WithRowsForOne_AnswersOne()
    {
        await using var world = await ScoringGrains.StartAsync(rows: ScoringGrains.Slots + 100);
        await world.KeySetAsync();

        var replies = await Task.WhenAll(world.ScoreAsync(world.Request("r-1")), world.ScoreAsync(world.Request("r-2")));

        Assert.Equal(["answered", "scoring.quota-used-up"], replies.Select(r => Code(r) ?? "answered").Order());
        Assert.Contains("100 of 2148 are left to fintech", replies.Single(r => r.Refusal is not null).Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(ScoringGrains.Slots, await world.UsedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Score_WhoseAppendFails_AnswersNothing_AndTheSameIdCountsOnce(bool afterWriting)
    {
        await using var world = await ScoringGrains.StartAsync(rows: ScoringGrains.Slots);
        await world.KeySetAsync();
        var stores = world.Consortium.Stores;
        Task FailAsync(string name) => name.Contains("encrypted-model/", StringComparison.Ordinal) ? Task.FromException(new IOException("no disk")) : Task.CompletedTask;
        (stores.BeforeAppend, stores.AfterAppend) = afterWriting ? (stores.BeforeAppend, FailAsync) : ((Func<string, Task>)FailAsync, stores.AfterAppend);
        var request = world.Request("r-1");
        await Assert.ThrowsAnyAsync<IOException>(() => world.ScoreAsync(request));
        (stores.BeforeAppend, stores.AfterAppend) = (static _ => Task.CompletedTask, static _ => Task.CompletedTask);

        Assert.Equal(afterWriting ? 0 : ScoringGrains.Slots, Value(await world.ScoreAsync(request)).Rows);
        Assert.Equal(ScoringGrains.Slots, await world.UsedAsync());
        Assert.Equal("scoring.quota-used-up", Code(await world.ScoreAsync(world.Request("r-2"))));
    }

    [KillFact]
    public async Task Score_KilledAtEachAwait_CountsWhatItAnswered()
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();
        var (answered, crashes) = (0, 0);
        for (var turns = 1; turns < 24; turns += 1 + (turns / 6))
        {
            await world.Consortium.Cluster.DeactivateAsync(world.Grain);
            world.Consortium.Cluster.KillAfterTurns(world.Grain, turns);
            var request = world.Request($"r-{turns}");
            for (var attempt = 0; attempt < 3; attempt++)
            {
                try
                {
                    Value(await world.ScoreAsync(request));
                    answered++;
                    break;
                }
                catch (OrleansException)
                {
                    crashes++;
                }
            }

            await world.Consortium.Cluster.KillActivationAsync(world.Grain);
            Assert.Equal(answered * ScoringGrains.Slots, await world.UsedAsync()); // the same id after a crash: once, whether it was counted before or not
        }

        Assert.True(crashes >= 5, $"{crashes} crashes");
    }

    [Fact]
    public async Task Score_ThatTakesLongerThanACall_GoesOn_AndIsAnsweredWhenAskedAgain()
    {
        var clock = new ManualTimeProvider();
        await using var world = await ScoringGrains.StartAsync(clock: clock);
        await world.KeySetAsync();
        var (entered, gate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        world.Consortium.Stores.BeforeAppend = async name =>
        {
            if (name.Contains("encrypted-model/", StringComparison.Ordinal))
            {
                entered.TrySetResult();
                await gate.Task;
            }
        };
        var request = world.Request("r-1");
        var call = world.ScoreAsync(request);
        await entered.Task;
        clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(IEncryptedModelGrain.UnderWay, Code(await call));
        Assert.Equal("scoring.request-id-reused", Code(await world.ScoreAsync(world.Request("r-1", ScoringGrains.Encrypt(2)))));
        Assert.Equal("scoring.not-under-way", Code(await ScoringGrains.As("stranger", () => world.Grain.AnswerAsync("r-1"))));
        var back = world.ScoreAsync(request); // the same caller, on another connection; the lost one is noticed later and must not stop it
        for (var turns = 0; turns < 8 && !back.IsCompleted; turns++)
        {
            for (var asked = 0; asked < 5; asked++)
            {
                await world.UsedAsync(); // it has come by now, and waits
            }

            clock.Advance(TimeSpan.FromSeconds(6));
        }

        Assert.Equal(IEncryptedModelGrain.UnderWay, Code(await back));
        await ScoringGrains.As(ScoringGrains.Client, async () =>
        {
            await world.Grain.StopAsync("r-1");
            return true;
        });
        gate.SetResult();
        Assert.Equal(ScoringGrains.Slots, Value(await ScoringGrains.As(ScoringGrains.Client, () => world.Grain.AnswerAsync("r-1"))).Rows);
        Assert.Equal(ScoringGrains.Slots, await world.UsedAsync());
        Assert.Equal("scoring.not-under-way", Code(await ScoringGrains.As(ScoringGrains.Client, () => world.Grain.AnswerAsync("r-1"))));
    }

    [Fact]
    public async Task Score_Cancelled_CountsNothing()
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.ScoreAsync(world.Request("r-1"), cancel: source.Token));

        Assert.Equal(0, await world.UsedAsync());
    }

    [Fact]
    public async Task Score_ThatCannotBeAnswered_IsRefusedByName_AndCountsNothing()
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();
        Value(await world.Set("s-2").CreateAsync(ScoringGrains.Terms));
        var body = ScoringGrains.Encrypt(1);

        Assert.Equal("scoring.unknown-key-set", Code(await world.ScoreAsync(world.Request("r", body, "s-9"))));
        Assert.Equal("scoring.keys-missing", Code(await world.ScoreAsync(world.Request("r", body, "s-2"))));
        Assert.Equal("scoring.unknown-layout", Code(await world.ScoreAsync(world.Request("r", body) with { Layout = "diagonal" })));
        Assert.Equal("scoring.bad-request-id", Code(await world.ScoreAsync(world.Request("", body))));
        Assert.Equal("scoring.unknown-version", Code(await world.ScoreAsync(world.Request("r", body) with { Version = 7 })));
        Assert.Equal("ckks.compression", Code(await world.ScoreAsync(world.Request("r", body) with { Packing = "rar" })));
        Assert.Equal("scoring.score-inputs", Code(await world.ScoreAsync(world.Request("r", body[..(body.Length / 3)]))));
        Assert.Equal("scoring.score-inputs", Code(await world.ScoreAsync(world.Request("r", [.. body, 1]))));
        Assert.Equal("ckks.truncated", Code(await world.ScoreAsync(world.Request("r", body[..^1]))));
        Assert.Equal("ckks.header", Code(await world.ScoreAsync(world.Request("r", new byte[500]))));
        Assert.Equal("ckks.secret-key", Code(await world.ScoreAsync(world.Request("r", [.. ScoringGrains.SecretKey, .. body[..(2 * (body.Length / 3))]]))));
        Assert.Equal(0, await world.UsedAsync());
    }

    [Fact]
    public async Task Register_IsIdempotent_AndTheOwners()
    {
        await using var world = await ScoringGrains.StartAsync(rows: 5);
        Caller.Set(ScoringGrains.Owner);
        Assert.Single(Value(await world.Grain.RegisterAsync(ScoringGrains.Registration(5))).Versions);
        Assert.Equal(2, Value(await world.Grain.RegisterAsync(ScoringGrains.Registration(5, bias: 1))).Versions.Length);
        Caller.Set(ScoringGrains.Client);
        Assert.Equal("scoring.not-the-owner", Code(await world.Grain.RegisterAsync(ScoringGrains.Registration(5, bias: 2))));
        Assert.Equal("scoring.not-the-owner", Code(await world.Grain.AllowAsync(ScoringGrains.Client, 100, isOperator: false)));
        Assert.Equal("scoring.not-the-owner", Code(await world.Grain.RetireAsync(2, "no", isOperator: false)));
        Assert.Equal(100, Value(await world.Grain.AllowAsync(ScoringGrains.Client, 100, isOperator: true)).Rows);
        Assert.Equal("retired", Value(await world.Grain.RetireAsync(2, "old", isOperator: true)).Versions[1].Status);
        Assert.Equal("scoring.version-retired", Code(await world.ScoreAsync(world.Request("r") with { Version = 2 })));
    }

    [Fact]
    public async Task Register_ThatCannotBeComputed_IsRefusedByField()
    {
        await using var world = await ScoringGrains.StartAsync();
        var good = ScoringGrains.Registration(5);
        Assert.Equal("scoring.model-format", Code(await world.GrainOf("other").RegisterAsync(good with { Model = "{}"u8.ToArray() })));
        Assert.Equal("scoring.model-format", Code(await world.GrainOf("other").RegisterAsync(good with { Model = "[1"u8.ToArray() })));
        Assert.Equal("scoring.bad-parameters", Code(await world.GrainOf("other").RegisterAsync(good with { Degree = 5000 })));
        Assert.Equal("scoring.bad-parameters", Code(await world.GrainOf("other").RegisterAsync(good with { PrimeBits = [60, 60] })));
        Assert.Equal("scoring.bad-registration", Code(await world.GrainOf("other").RegisterAsync(good with { Rows = -1 })));
        Assert.Equal("scoring.bad-registration", Code(await world.GrainOf("other").RegisterAsync(good with { Link = "exp" })));
        Assert.Equal("scoring.bad-registration", Code(await world.GrainOf("other").RegisterAsync(good with { Ranges = [new("a", 0, 1)] })));
        Assert.Equal("scoring.unknown-version", Code(await world.GrainOf("other").GetAsync()));
    }

    [Fact]
    public async Task Book_AfterManyAnswersAndARestart_KnowsWhatWasUsed()
    {
        await using var world = await ScoringGrains.StartAsync();
        await world.KeySetAsync();
        for (var i = 0; i < 3; i++)
        {
            Value(await world.ScoreAsync(world.Request($"r-{i}")));
        }

        await world.Consortium.Cluster.DeactivateAllAsync();
        Assert.Equal(3 * ScoringGrains.Slots, await world.UsedAsync());
        Assert.Equal("scoring.request-id-reused", Code(await world.ScoreAsync(world.Request("r-1", ScoringGrains.Encrypt(2)))));
    }
}
