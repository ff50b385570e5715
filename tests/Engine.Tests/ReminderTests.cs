using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

public sealed class ReminderTests : EngineTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("privacygrains-reminders-").FullName;
    private readonly ManualTimeProvider _clock = new();

    protected override GrainTestClusterOptions Options => new() { ConfigureServices = AddProbe, Clock = _clock, ReminderFolder = _folder };

    [Fact]
    public async Task Reminder_TicksThoughTheActivationIsGone()
    {
        await Grain<IClockGrain>().RemindAsync("it", 5 * Minute, 10 * Minute);
        await Cluster.DeactivateAsync(Grain<IClockGrain>());

        await AdvanceUntil(_clock, Minute, Probe.Reached("one reminded of it", 2));
    }

    [Fact]
    public async Task Reminder_Unregistered_TicksNoMore()
    {
        await Grain<IClockGrain>("a").RemindAsync("it", 5 * Minute, 5 * Minute);
        await Grain<IClockGrain>("b").RemindAsync("it", 5 * Minute, 5 * Minute);
        Assert.True(await Grain<IClockGrain>("a").ForgetAsync("it"));
        Assert.False(await Grain<IClockGrain>("a").ForgetAsync("it"));
        await AdvanceUntil(_clock, Minute, Probe.Reached("b reminded of it", 2));

        Assert.Equal(0, Probe.Count("a reminded of it"));
    }

    [FactOnEmbedded]
    public async Task Reminder_InAFolder_OutlivesTheProcess()
    {
        await Grain<IClockGrain>("a").RemindAsync("it", 5 * Minute, 10 * Minute);
        await Cluster.DisposeAsync();
        _clock.Advance(7 * Minute); // its first tick is missed
        await using var later = await GrainTestCluster.StartAsync(Options);
        _clock.Advance(7.9 * Minute);
        await later.Grains.GetGrain<IClockGrain>("a").PeekAsync();
        Assert.Equal(0, Probe.Count("a reminded of it"));
        _clock.Advance(0.1 * Minute); // the next multiple of the period

        await Probe.Reached("a reminded of it");
    }

    [FactOnEmbedded]
    public async Task Reminders_InADamagedFile_AreRefusedByName()
    {
        await Grain<IClockGrain>("a").RemindAsync("it", 5 * Minute, 10 * Minute);
        var file = Path.Combine(_folder, "silo", "reminders.json");
        await File.WriteAllTextAsync(file, "[{");

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => GrainTestCluster.StartAsync(Options));
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }
}
