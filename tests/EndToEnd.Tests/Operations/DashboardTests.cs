using System.Text.Json;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>What operators look at: a real Prometheus reads a real process, and everything in <c>ops/</c> finds its data.</summary>
public sealed class DashboardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RequiresFact("prometheus")]
    public async Task EveryPanelHasData_EveryAlertIsAccepted_AndWhoIsMissingIsNamed()
    {
        using var folder = new TempFolder();
        using var deadline = new CancellationTokenSource(Patience);
        await using var up = await UpWithTraffic.StartAsync(folder.Path, deadline.Token);
        var own = Directory.CreateDirectory(Path.Combine(folder.Path, "prometheus")).FullName;
        await using var prometheus = await PrometheusServer.StartAsync(own, new Dictionary<string, string>
        {
            ["whole"] = $"{up.Url.Host}:{up.Url.Port}",
            ["hospital-9"] = $"127.0.0.1:{FreePort.Next()}", // is not there
        });
        await Task.WhenAll(prometheus.ReadyAsync(deadline.Token), up.RunAsync(deadline.Token));

        var missing = OpsFiles.Targets().ToList();
        while (missing.Count > 0)
        {
            Assert.False(deadline.IsCancellationRequested, $"without data: {string.Join("; ", missing.Select(t => $"{t.Panel}: {t.Asked}"))}");
            await up.ChargeAsync();
            var still = new List<PanelTarget>();
            foreach (var target in missing)
            {
                if (!await HasDataAsync(prometheus, target))
                {
                    still.Add(target);
                }
            }

            missing = still;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        var waiting = await prometheus.QueryAsync("privacygrains_round_waiting");
        Assert.Contains(waiting, s => (s.Labels["owner"], s.Labels["party"]) == ("detector", "hospital-4"));
        await PendingAsync(prometheus, "SiloDown", "silo", "hospital-9", deadline.Token);
        await PendingAsync(prometheus, "RoundStuck", "party", "hospital-4", deadline.Token);
        var rules = await prometheus.RulesAsync();
        Assert.True(rules.Count >= 6, "a silo down, a round stuck, a budget nearly exhausted, refusals, conflicts, audit failures");
        Assert.All(rules, rule => Assert.Equal((rule.Name, "ok"), (rule.Name, rule.Health)));
        foreach (var rule in rules)
        {
            await prometheus.QueryAsync(rule.Expression);
        }
    }

    [Fact]
    public async Task EveryMetricInOps_IsDeclaredByTheCode()
    {
        var declared = DeclaredMetrics.Names();
        Assert.Contains("privacygrains_gateway_request_duration_seconds", declared);
        string[] files = [OpsFiles.Dashboard, .. Directory.EnumerateFiles(OpsFiles.Prometheus), Path.Combine(OpsFiles.Root, "docs", "operations.md")];
        foreach (var file in files.Where(File.Exists))
        {
            Assert.All(OpsFiles.MetricsIn(await File.ReadAllTextAsync(file)), name => Assert.True(declared.Contains(name), $"{file} uses {name}, which no code declares"));
        }
    }

    [Fact]
    public async Task EveryAlert_IsExplainedInTheOperatorsPage_AndHasATest()
    {
        var alerts = (await File.ReadAllLinesAsync(Path.Combine(OpsFiles.Prometheus, "alerts.yml"))).Where(l => l.Contains("- alert: ", StringComparison.Ordinal)).Select(l => l.Split(": ")[1].Trim()).ToList();
        var page = await File.ReadAllTextAsync(Path.Combine(OpsFiles.Root, "docs", "operations.md"));
        var tests = await File.ReadAllTextAsync(Path.Combine(OpsFiles.Prometheus, "alerts.test.yml"));
        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.True(page.Contains($"`{alert}`", StringComparison.Ordinal) && tests.Contains($"alertname: {alert}", StringComparison.Ordinal), alert));
    }

    [RequiresFact("prometheus")]
    public async Task Promtool_FindsConfigurationAndRulesInOrder_AndTheirTestsPass()
    {
        var promtool = Programs.Find("promtool");
        Assert.NotNull(promtool);
        foreach (var (what, file) in new[] { ("check config", "prometheus.yml"), ("check rules", "alerts.yml"), ("test rules", "alerts.test.yml") })
        {
            var (exitCode, text) = await Child.RunAsync(promtool, [.. what.Split(' '), Path.Combine(OpsFiles.Prometheus, file)]);
            Assert.True(exitCode == 0, text);
        }
    }

    [Fact]
    public async Task Dashboard_AsksTheDataSourceThatIsProvisioned()
    {
        var provisioned = await File.ReadAllTextAsync(Path.Combine(OpsFiles.Root, "ops", "grafana", "provisioning", "datasources", "prometheus.yml"));
        Assert.Contains("uid: prometheus", provisioned, StringComparison.Ordinal);
        using var dashboard = JsonDocument.Parse(await File.ReadAllBytesAsync(OpsFiles.Dashboard));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels.Where(p => p.TryGetProperty("datasource", out _)), p => Assert.Equal("prometheus", p.GetProperty("datasource").GetProperty("uid").GetString()));
    }

    // A value, and a series that has every label of the legend.
    private static async Task<bool> HasDataAsync(PrometheusServer prometheus, PanelTarget target)
    {
        var series = await prometheus.QueryAsync(target.Asked);
        return series.Any(s => double.IsFinite(s.Value) && OpsFiles.LabelsIn(target.Legend).All(s.Labels.ContainsKey));
    }

    private static async Task PendingAsync(PrometheusServer prometheus, string alert, string label, string value, CancellationToken deadline)
    {
        while ((await prometheus.QueryAsync($"ALERTS{{alertname=\"{alert}\",{label}=\"{value}\"}}")).Count == 0)
        {
            Assert.False(deadline.IsCancellationRequested, $"{alert} of {value} never came");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }
    }
}
