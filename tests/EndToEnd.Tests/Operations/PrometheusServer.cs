using System.Text.Json;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>A real Prometheus with this checkout's configuration and rules, which scrapes each second instead of each quarter of a minute.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly Child _process;
    private readonly HttpClient _http;

    private PrometheusServer(Child process, HttpClient http) => (_process, _http) = (process, http);

    /// <param name="folder">An empty one.</param>
    /// <param name="targets">Host and port of each process, by its name.</param>
    public static async Task<PrometheusServer> StartAsync(string folder, IReadOnlyDictionary<string, string> targets)
    {
        var configuration = await File.ReadAllTextAsync(Path.Combine(OpsFiles.Prometheus, "prometheus.yml"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "prometheus.yml"),
            configuration.Replace("interval: 15s", "interval: 1s", StringComparison.Ordinal).Replace("scrape_timeout: 10s", "scrape_timeout: 1s", StringComparison.Ordinal));
        File.Copy(Path.Combine(OpsFiles.Prometheus, "alerts.yml"), Path.Combine(folder, "alerts.yml"));
        await File.WriteAllLinesAsync(Path.Combine(folder, "targets.yml"), targets.Select(t => $"- {{targets: [\"{t.Value}\"], labels: {{silo: {t.Key}, role: silo}}}}"));
        var port = FreePort.Next();
        var process = Child.Start(
            Programs.Find("prometheus")!,
            $"--config.file={Path.Combine(folder, "prometheus.yml")}", $"--storage.tsdb.path={Path.Combine(folder, "data")}", $"--web.listen-address=127.0.0.1:{port}");
        return new PrometheusServer(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
    }

    /// <summary>The answer to an expression now.</summary>
    public async Task<IReadOnlyList<Series>> QueryAsync(string expression)
    {
        using var answer = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
        var data = answer.RootElement.GetProperty("data");
        Assert.True(data.GetProperty("resultType").GetString() == "vector", $"{expression} is no vector");
        return
        [
            .. data.GetProperty("result").EnumerateArray().Select(series => new Series(
                series.GetProperty("metric").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal),
                Number(series.GetProperty("value")[1].GetString()!)))
        ];
    }

    /// <summary>The alert rules, each with its expression and health.</summary>
    public async Task<IReadOnlyList<(string Name, string Expression, string Health)>> RulesAsync()
    {
        using var answer = await GetAsync("/api/v1/rules");
        return
        [
            .. from g in answer.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
               from rule in g.GetProperty("rules").EnumerateArray()
               select (rule.GetProperty("name").GetString()!, rule.GetProperty("query").GetString()!, rule.GetProperty("health").GetString()!)
        ];
    }

    /// <summary>Waits until it answers.</summary>
    public async Task ReadyAsync(CancellationToken deadline)
    {
        while (true)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri("/-/ready", UriKind.Relative), deadline);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasEnded)
            {
                // not yet
            }
            catch (HttpRequestException e)
            {
                throw new InvalidOperationException(await _process.Error, e);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
    };

    private async Task<JsonDocument> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{Uri.UnescapeDataString(path)}: {text}");
        return JsonDocument.Parse(text);
    }
}

/// <summary>A series' labels and value.</summary>
internal sealed record Series(IReadOnlyDictionary<string, string> Labels, double Value);
