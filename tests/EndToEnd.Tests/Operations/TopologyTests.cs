using System.Text.RegularExpressions;
using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Silo;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>The topology's files, which no container engine has read here: that what they name is there.</summary>
public sealed partial class TopologyTests
{
    private static readonly string[] Silos = ["hospital-1", "hospital-2", "hospital-3", "hospital-4", "hospital-5", "dealer", "coordinator"];

    [Theory]
    [InlineData("docker-compose.yml")]
    [InlineData("ops/start")]
    [InlineData("ops/secrets")]
    [InlineData("ops/docker/Silo.Dockerfile")]
    [InlineData("ops/docker/Gateway.Dockerfile")]
    public async Task EverySettingInIt_IsOneThatProgramsKnow(string file)
    {
        var names = SettingName().Matches(await TextAsync(file)).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(IsKnown(name.Split("__")[1..]), $"{file} sets {name}, which nothing reads"));
    }

    [Fact]
    public async Task EverySilo_HasAServiceADatabaseASecretAVolumeAndATarget()
    {
        var (compose, targets) = (await TextAsync("docker-compose.yml"), await TextAsync("ops/prometheus/targets.yml"));
        foreach (var silo in Silos)
        {
            Assert.Contains($"\n  {silo}:\n    <<: *silo\n", compose, StringComparison.Ordinal);
            Assert.Contains($"Database={silo};Username={silo};Passfile=/run/secrets/pgpass", compose, StringComparison.Ordinal);
            Assert.Contains($"secrets: [{{source: pgpass-{silo}, target: pgpass}}]", compose, StringComparison.Ordinal);
            Assert.Contains($"volumes: [\"{silo}:/data\"]", compose, StringComparison.Ordinal);
            Assert.Contains($"\n  {silo}: {{}}\n", compose, StringComparison.Ordinal);
            Assert.Contains($"targets: [\"{silo}:8081\"]", targets, StringComparison.Ordinal);
        }

        Assert.Contains("targets: [\"gateway:8080\"]", targets, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)password=", compose);
    }

    /// <summary>The start script with the default build: up, and down again with nothing left. The other engine's eight processes are too much for this place.</summary>
    [FactOnEmbedded]
    public async Task Start_EmbeddedEngine_IsUp_LetsPartiesJoin_AndStops()
    {
        using var folder = new TempFolder();
        var port = FreePort.Next();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        await using var script = Child.Start(
            "env",
            $"CONFIGURATION={configuration}",
            "bash", Path.Combine(OpsFiles.Root, "ops", "start"), "--no-build", "--data", folder.Path, "--gateway", $"{port}", "--prometheus", "0", "--join");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var lines = new List<string>();
        while (await script.Output.ReadLineAsync(deadline.Token) is { } line)
        {
            lines.Add(line);
            if (line.Contains("Ctrl-C", StringComparison.Ordinal))
            {
                break;
            }
        }

        Assert.True(lines is [.., var last] && last.Contains("Ctrl-C", StringComparison.Ordinal), string.Join('\n', lines));
        Assert.Contains(lines, l => l.Contains("no secrecy between parties", StringComparison.Ordinal));
        Assert.Equal(6, lines.Count(l => l.StartsWith("Party ", StringComparison.Ordinal)));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.Contains("privacygrains_consortium_members{status=\"member\"} 6", await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);

        Assert.Equal(0, await script.TerminateAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
    }

    private static Task<string> TextAsync(string file) => File.ReadAllTextAsync(Path.Combine([OpsFiles.Root, .. file.Split('/')]));

    private static bool IsKnown(string[] path) => path switch
    {
        ["Gateway", .. var rest] => Leads(typeof(GatewaySettings), rest),
        ["Cluster", .. var rest] => Leads(typeof(EngineClientOptions), rest),
        _ => Leads(typeof(SiloSettings), path),
    };

    // A property's name, then what its type has; a list's place or a dictionary's key ends the way.
    private static bool Leads(Type type, string[] path) =>
        path.Length == 0 || (type.GetProperty(path[0]) is { } property
            && (property.PropertyType.Namespace is not ("PrivacyGrains.Silo" or "PrivacyGrains.Gateway.Hosting" or "PrivacyGrains.Engine") || Leads(property.PropertyType, path[1..])));

    [GeneratedRegex("PrivacyGrains(__[A-Za-z0-9]+)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SettingName();
}
