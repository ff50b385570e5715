using System.CommandLine;
using Microsoft.Extensions.Logging;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Cli.Running;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Hosting;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>up</c>: runs a consortium in this process, or the roles of it that are named.</summary>
internal static class UpCommand
{
    private static readonly Option<string?> Config = new("--config") { Description = "A JSON file with the sections PrivacyGrains (silo), PrivacyGrains:Gateway and PrivacyGrains:Cluster." };
    private static readonly Option<string?> Data = new("--data") { Description = "The folder of keys and journals (default: data)." };
    private static readonly Option<string?> Consortium = new("--consortium") { Description = "The consortium's name (default: consortium)." };
    private static readonly Option<string[]> Urls = new("--urls") { Description = "Where to listen (default: http://127.0.0.1:8080; port 0 takes a free one).", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Parties = new("--parties") { Description = "Run these parties' grains only. Needs the Orleans engine.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> Coordinator = new("--coordinator") { Description = "Run the coordinator's grains only. Needs the Orleans engine." };
    private static readonly Option<bool> Gateway = new("--gateway") { Description = "Run a gateway only. Needs the Orleans engine." };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Log what happens, not only trouble." };

    public static Command Build()
    {
        var command = new Command("up", "Runs a whole consortium in this process, or the roles that are named, until Ctrl-C.") { Config, Data, Consortium, Urls, Parties, Coordinator, Gateway, Verbose };
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        var settings = Settings(parsed);
        await using var running = await ConsortiumProcess.StartAsync(settings, cancel);
        if (!EngineInfo.SupportsClustering)
        {
            output.Note("One process: there is no secrecy between parties here. Each has its own keys, folder and journal.");
        }

        var data = Path.GetFullPath(settings.Silo?.Data ?? ".");
        var consortium = settings.Gateway?.Consortium ?? settings.Silo!.Consortium;
        output.Result(
            new UpDocument(consortium, EngineInfo.Name, running.Urls, data, running.OperatorKeyFile, Environment.ProcessId),
            console =>
            {
                console.Line($"{consortium} is up at {string.Join(", ", running.Urls)} ({EngineInfo.Name} engine), data in {data}");
                if (running.OperatorKeyFile is { } file)
                {
                    console.Line($"The operator's key: {file}");
                }

                console.Line("Ctrl-C ends it.");
            });
        await running.WaitAsync(cancel);
        output.Note("Stopping.");
    }

    private static ConsortiumSettings Settings(ParseResult parsed)
    {
        if (parsed.GetResult(CommonOptions.Url) is { Implicit: false })
        {
            throw new InputException("command.wrong", "--url is for those who call a gateway; 'up' listens at --urls.");
        }

        var (silo, gateway, cluster) = ConsortiumFile.Read(parsed.GetValue(Config));
        var named = parsed.GetValue(Parties) is { Length: > 0 } parties ? parties : null;
        var (wantsCoordinator, wantsGateway) = (parsed.GetValue(Coordinator), parsed.GetValue(Gateway));
        var roles = named is not null || wantsCoordinator || wantsGateway;
        if (roles && !EngineInfo.SupportsClustering)
        {
            throw new InputException(
                "up.one-process", "This build runs the embedded engine, a whole consortium in one process. Leave --parties, --coordinator and --gateway out, or build with -p:GrainEngine=Orleans.");
        }

        var consortium = parsed.GetValue(Consortium) ?? silo?.Consortium ?? gateway?.Consortium ?? "consortium";
        var data = parsed.GetValue(Data) ?? silo?.Data ?? "data";
        var whole = ConsortiumSettings.Whole(consortium, data);
        var runsSilo = silo is not null || !roles || named is not null || wantsCoordinator;
        var runsGateway = gateway is not null || !roles || wantsGateway;
        var urls = parsed.GetValue(Urls) is { Length: > 0 } given ? given : null;
        return new ConsortiumSettings
        {
            Silo = !runsSilo ? null : (silo ?? (roles ? whole.Silo! with { Parties = named ?? [], Coordinator = wantsCoordinator, Name = named is [var one, ..] ? one : "coordinator" } : whole.Silo!)) with
            {
                Consortium = consortium,
                Data = data,
                Http = urls?[0] ?? silo?.Http ?? whole.Silo!.Http,
            },
            Gateway = !runsGateway ? null : (gateway ?? new GatewaySettings()) with { Consortium = consortium, Urls = urls ?? gateway?.Urls ?? new GatewaySettings().Urls },
            Cluster = cluster ?? new EngineClientOptions(),
            LogLevel = parsed.GetValue(Verbose) ? LogLevel.Information : LogLevel.Warning,
        };
    }
}
