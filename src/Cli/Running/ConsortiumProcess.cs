using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Messages.Keys;
using PrivacyGrains.Silo;

namespace PrivacyGrains.Cli.Running;

/// <summary>A consortium's silo and gateway, or one of them, in this process.</summary>
internal sealed class ConsortiumProcess : IAsyncDisposable
{
    private const string OperatorId = "operator";
    private readonly WebApplication _app;

    private ConsortiumProcess(WebApplication app, string? operatorKeyFile)
    {
        _app = app;
        OperatorKeyFile = operatorKeyFile;
        Urls = [.. app.Urls];
    }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<string> Urls { get; }

    /// <summary>The file of the operator's API key, on a coordinator that this process founds; else null.</summary>
    public string? OperatorKeyFile { get; }

    /// <summary>Starts. When this ends, the silo's grains take calls and the gateway listens.</summary>
    /// <remarks>A coordinator without founding settings gets an operator key of its own, kept in its data folder (mode 600) for this start and all later ones.</remarks>
    /// <exception cref="SiloSettingsException">The settings are wrong.</exception>
    /// <exception cref="InputException"><c>up.cannot-start</c>: the folder or the address is taken, or may not be used.</exception>
    public static async Task<ConsortiumProcess> StartAsync(ConsortiumSettings settings, CancellationToken cancel)
    {
        try
        {
            return await RunAsync(settings, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("up.cannot-start", WhatToChange(e), e);
        }
    }

    /// <summary>Waits until the process is asked to stop.</summary>
    public Task WaitAsync(CancellationToken cancel) => _app.WaitForShutdownAsync(cancel);

    /// <summary>Stops: streams end, journals close.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _app.StopAsync();
        }
        catch (OperationCanceledException)
        {
            // What did not end in time ends with the process.
        }

        await _app.DisposeAsync();
    }

    private static async Task<ConsortiumProcess> RunAsync(ConsortiumSettings settings, CancellationToken cancel)
    {
        var (silo, keyFile) = Founded(settings.Silo);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        AddLog(builder.Logging, settings.LogLevel);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = settings.Farewell);
        if (!settings.HearsSignals)
        {
            builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        }

        if (silo is not null)
        {
            builder.AddPrivacyGrainsSilo(silo);
        }
        else
        {
            builder.AddGrainClient(settings.Cluster);
        }

        if (settings.Gateway is { } gateway)
        {
            builder.AddPrivacyGrainsGateway(gateway);
        }
        else
        {
            builder.WebHost.UseUrls(silo!.Http);
        }

        var app = builder.Build();
        try
        {
            if (settings.Gateway is not null)
            {
                app.MapPrivacyGrainsGateway(); // its health and metrics stand for the silo beside it too
            }
            else
            {
                app.MapPrivacyGrainsSilo();
            }

            await app.StartAsync(cancel);
            return new ConsortiumProcess(app, keyFile);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private static string WhatToChange(Exception e) =>
        e.InnerException is AddressInUseException ? $"{e.Message} Choose another with --urls, or stop what listens there." : e.Message;

    private static void AddLog(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // a start that fails is the command's own last line
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(o => (o.FormatterName, o.LogToStandardErrorThreshold) = (LineFormatter.FormatterName, LogLevel.Trace));
    }

    private static (SiloSettings? Silo, string? KeyFile) Founded(SiloSettings? silo)
    {
        if (silo is not { Coordinator: true, Founding: null })
        {
            return (silo, null);
        }

        var file = Path.Combine(Path.GetFullPath(silo.Data), "operator.key");
        if (!ApiKey.TryParse(ApiKeyFile.EnsureCreated(file, OperatorId), out var id, out var hash))
        {
            throw new InvalidOperationException($"{file} was read as an API key and is none.");
        }

        return (silo with { Founding = new FoundingSettings { DisplayName = silo.Consortium, OperatorCredentialId = id, OperatorSecretHash = hash } }, file);
    }

    /// <summary>The host lives as long as its caller wants.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
