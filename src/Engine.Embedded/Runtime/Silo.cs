using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using PrivacyGrains.Engine.Reminders;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>One silo: a container for grains of some parties, from its host's start to its stop.</summary>
internal sealed partial class Silo(LocalCluster cluster, EngineSiloOptions options, IServiceProvider services, ILogger<Silo> logger)
    : IHostedService, IAsyncDisposable
{
    private ITimer? _collection;
    private bool _stopped;

    internal LocalCluster Cluster => cluster;

    internal IServiceProvider Services => services;

    internal EngineSiloOptions Options => options;

    internal TimeProvider Clock { get; } = services.GetRequiredService<TimeProvider>();

    internal IReadOnlyList<IIncomingGrainCallFilter> Filters { get; } = [.. services.GetServices<IIncomingGrainCallFilter>()];

    internal ReminderService Reminders { get; } = new(cluster, options.ReminderFolder, services.GetRequiredService<TimeProvider>(), logger);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        cluster.ResponseTimeout = options.ResponseTimeout;
        cluster.Join(this);
        var period = TimeSpan.FromTicks(Math.Clamp(options.IdleDeactivation.Ticks / 4, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerMinute));
        _collection = Clock.CreateTimer(static self => ((Silo)self!).CollectIdle(), this, period, period);
        await Reminders.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
            return;

        _stopped = true;
        cluster.Leave(this);
        Reminders.Dispose();
        _collection?.Dispose();
        var mine = cluster.Activations.Where(a => a.Silo == this).ToList();
        foreach (var activation in mine)
            activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The silo stops."), cancellationToken);
        await Task.WhenAll(mine.Select(a => a.Deactivated)).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync() => await StopAsync(new(canceled: true));

    internal bool Hosts(string party) => options.Parties.Contains(EngineSiloOptions.AnyParty) || options.Parties.Contains(party, StringComparer.Ordinal);

    [LoggerMessage(Level = LogLevel.Error, Message = "Activating {Grain} failed.")]
    internal partial void LogActivationFailed(GrainId grain, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deactivating {Grain} failed; its activation is gone all the same.")]
    internal partial void LogDeactivationFailed(GrainId grain, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A timer of {Grain} failed; it will tick again.")]
    internal partial void LogTimerFailed(GrainId grain, Exception exception);

    private void CollectIdle()
    {
        foreach (var activation in cluster.Activations.Where(a => a.Silo == this))
            activation.DeactivateIfIdle(options.IdleDeactivation);
    }
}
