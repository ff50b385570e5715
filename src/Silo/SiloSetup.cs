using Microsoft.Extensions.Diagnostics.HealthChecks;
using PrivacyGrains.Engine;
using PrivacyGrains.Grains;
using PrivacyGrains.Grains.Parties;
using PrivacyGrains.Storage;

namespace PrivacyGrains.Silo;

/// <summary>How far the silo's start has come.</summary>
internal sealed class SiloReadiness
{
    /// <summary>What is still to be done; null when all is.</summary>
    public volatile string? Awaits = "the silo's start";
}

/// <summary>Before the engine starts: a key for each owner that has none.</summary>
internal sealed partial class KeySetup(SiloSettings settings, PartyKeyFiles keys, ILogger<KeySetup> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var named = settings.Parties.Where(p => p != EngineSiloOptions.AnyParty);
            foreach (var owner in settings.Coordinator ? named.Append(IStores.ConsortiumOwner) : named)
            {
                var fingerprint = keys.EnsureCreated(owner).Fingerprint;
                LogKey(owner, fingerprint);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Owner} signs with key {Fingerprint}")]
    private partial void LogKey(string owner, string fingerprint);
}

/// <summary>After the engine has started: on a coordinator, the consortium is founded unless it stands.</summary>
internal sealed partial class ConsortiumSetup(
    SiloSettings settings, IGrainFactory grains, IPartyKeys keys, SiloReadiness readiness, TimeProvider clock, ILogger<ConsortiumSetup> logger) : IHostedService
{
    private const int Attempts = 30;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Founding is { } founding)
        {
            readiness.Awaits = "the consortium's founding";
            var key = await keys.GetAsync(IStores.ConsortiumOwner);
            var request = new ConsortiumFounding(founding.DisplayName, founding.OperatorCredentialId, founding.OperatorSecretHash, key.PublicKey.Spki);
            var reply = await FoundAsync(request, cancellationToken);
            if (reply.Refusal is { } refusal)
            {
                throw new SiloSettingsException([refusal.Message]);
            }

            LogFounded(settings.Consortium, reply.Value!.Epoch, reply.Value.Members.Length);
        }

        readiness.Awaits = null;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        readiness.Awaits = "nothing: the silo stops";
        return Task.CompletedTask;
    }

    /// <summary>A cluster may need a moment until it knows that the coordinator's grains run here.</summary>
    private async Task<Reply<ConsortiumView>> FoundAsync(ConsortiumFounding request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await grains.GetGrain<IConsortiumGrain>(settings.Consortium).EnsureCreatedAsync(request);
            }
            catch (OrleansException e) when (attempt < Attempts)
            {
                LogNotYet(attempt, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Consortium {Consortium} stands in epoch {Epoch} with {Members} parties")]
    private partial void LogFounded(string consortium, long epoch, int members);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The consortium could not be founded at attempt {Attempt}, and will be tried again: {Message}")]
    private partial void LogNotYet(int attempt, string message);
}

/// <summary>After a start: wakes the ledgers of the parties that run here, so that budgets are measured and compared with their witnesses before anybody charges them.</summary>
internal sealed class BudgetWarmUp(SiloSettings settings, IGrainFactory grains, TimeProvider clock) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryAsync())
        {
            await Task.Delay(TimeSpan.FromSeconds(5), clock, stoppingToken);
        }
    }

    private async Task<bool> TryAsync()
    {
        try
        {
            foreach (var budget in await grains.GetGrain<IConsortiumGrain>(settings.Consortium).ListAsync(CatalogueKinds.Budget))
            {
                if (settings.Owners?.Contains(budget.Id.Split('/')[0]) != false)
                {
                    await grains.GetGrain<IBudgetLedgerGrain>(budget.Id).StatementAsync();
                }
            }

            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return false; // The coordinator or a store is not there yet; the ledger's own calls say so to whoever needs them.
        }
    }
}

/// <summary>Whether the silo takes calls: it has started, and the stores of its owners open.</summary>
internal sealed class SiloHealth(SiloSettings settings, SiloReadiness readiness, IStores stores) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (readiness.Awaits is { } awaits)
        {
            return HealthCheckResult.Unhealthy($"waits for {awaits}");
        }

        foreach (var owner in settings.Owners ?? (IEnumerable<string>)[])
        {
            try
            {
                await stores.OpenAsync(owner, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy($"the store of {owner} does not open: {e.GetType().Name}"); // The log has the rest; this page is public.
            }
        }

        return HealthCheckResult.Healthy($"{settings.Name} runs {string.Join(", ", settings.Parties)}{(settings.Coordinator ? " and the coordinator" : "")}");
    }
}
