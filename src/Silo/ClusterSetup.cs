using System.Data.Common;
using PrivacyGrains.Engine;

namespace PrivacyGrains.Silo;

/// <summary>Before the engine starts: the tables of membership and reminders, in the database that the silos of a cluster share.</summary>
/// <remarks>Every silo does it, so none needs to be first; the database's own lock makes them take turns.</remarks>
internal sealed partial class ClusterSetup(SiloSettings settings, TimeProvider clock, ILogger<ClusterSetup> logger) : IHostedService
{
    private const int Attempts = 60;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; settings.Engine.ClusteringConnectionString is { } connection; attempt++)
        {
            try
            {
                await EngineHosting.MigrateClusteringAsync(connection, cancellationToken);
                return;
            }
            catch (DbException e) when (attempt < Attempts && e.IsTransient) // a server that still starts
            {
                LogNotYet(attempt, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's database could not be set up at attempt {Attempt}, and will be tried again: {Message}")]
    private partial void LogNotYet(int attempt, string message);
}
