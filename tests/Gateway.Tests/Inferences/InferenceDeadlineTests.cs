using PrivacyGrains.Client.Errors;
using PrivacyGrains.Testing;
using static PrivacyGrains.Gateway.Tests.Inferences.InferenceWorld;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>What a session's deadline does, on a clock that goes when the test says so.</summary>
public sealed class InferenceDeadlineTests(InferenceDeadlineTests.World world) : IClassFixture<InferenceDeadlineTests.World>
{
    [Fact]
    public async Task Deadline_WithAnInputMissing_AbortsByName_AndTheChargeIsMarked()
    {
        var session = NewSession();
        using var asker = world.Of(Asker);
        using var ask = await asker.Inference.AskAsync(session, Question(timeoutSeconds: 600));
        await world.ProvideAsync("h-1", session, "features.0", LeftFeatures);

        var receiving = asker.Inference.ReceiveAsync(ask);
        await world.AdvanceUntilAsync(receiving);
        var e = await Assert.ThrowsAsync<GatewayException>(() => receiving);
        Assert.Equal("inference.timeout", e.Code);
        Assert.Contains("features.1 of h-2", e.Message, StringComparison.Ordinal);
        using var left = world.Of("h-1");
        await left.Inference.SettleAsync("records", session, "the session was aborted");
        await left.Inference.SettleAsync("records", session, "the session was aborted");
        Assert.Equal("aborted-committed", (await left.Client.Budgets.FindAsync("h-1", "records", session)).Status);
        await Assert.ThrowsAsync<GatewayException>(() => world.ProvideAsync("h-2", session, "features.1", RightFeatures));
    }

    /// <summary>Hospitals whose grains keep the test's time.</summary>
    public sealed class World : InferenceWorld
    {
        private readonly ManualTimeProvider _clock = new();

        protected override TimeProvider? Clock => _clock;

        /// <summary>Lets time pass, ten seconds at once, until the task has ended.</summary>
        public async Task AdvanceUntilAsync(Task ended)
        {
            while (!ended.IsCompleted)
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        }
    }
}
