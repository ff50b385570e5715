using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PrivacyGrains.Engine.Tests.Grains;
using PrivacyGrains.Testing;

namespace PrivacyGrains.Engine.Tests;

#pragma warning disable CA1001 // disposed of by IAsyncLifetime
/// <summary>A web application with a silo in it: what <c>/metrics</c> says, and that its grains are called.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private readonly Probe _probe = new();
    private readonly Meter _meter = new("PrivacyGrains.EngineTests." + Guid.NewGuid().ToString("N"));
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_probe);
        builder.AddGrainSilo(new() { SiloPort = FreePort.Next(), GatewayPort = 0 });
        _app = builder.Build();
        _app.MapGrainMetrics();
        _app.MapGet("/call", async (IGrainFactory grains) => Results.Text((await grains.GetGrain<ILifeGrain>("web").CallAsync()).ToString()));
        await _app.StartAsync();
        _http.BaseAddress = new(_app.Urls.First());
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task GrainFactory_OfTheHost_CallsItsGrains() => Assert.Equal("1", await _http.GetStringAsync(new Uri("/call", UriKind.Relative)));

    [Fact]
    public async Task Metrics_AreServedAsPrometheusText()
    {
        var response = await _http.GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("text/plain", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counter_IsSummedUnderItsNameWithTotal()
    {
        var counter = _meter.CreateCounter<long>("privacygrains.rounds.completed", "{round}", "Rounds that ended.");
        counter.Add(2, new KeyValuePair<string, object?>("job.id", "one"));
        counter.Add(3, new KeyValuePair<string, object?>("job.id", "one"));
        counter.Add(1, new KeyValuePair<string, object?>("job.id", "quote\" and \\"));

        var text = await Scrape();
        Assert.Contains("# TYPE privacygrains_rounds_completed_total counter", text.Comments);
        Assert.Contains("# HELP privacygrains_rounds_completed_total Rounds that ended.", text.Comments);
        Assert.Equal("5", text["""privacygrains_rounds_completed_total{job_id="one"}"""]);
        Assert.Equal("1", text["""privacygrains_rounds_completed_total{job_id="quote\" and \\"}"""]);
    }

    [Fact]
    public async Task Gauges_ShowTheLastValue()
    {
        var upDown = _meter.CreateUpDownCounter<int>("privacygrains.sessions.open");
        upDown.Add(5);
        upDown.Add(-2);
        var left = 7.5;
        _meter.CreateObservableGauge("privacygrains.budget.left", () => new Measurement<double>(left, new KeyValuePair<string, object?>("party", "north")), "1");
        _meter.CreateObservableCounter("privacygrains.sent", () => 4096L, "By");

        Assert.Equal("7.5", (await Scrape())["""privacygrains_budget_left{party="north"}"""]);
        left = 6.25;
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System); // one engine's exporter caches an answer for 300 ms
        var text = await Scrape();
        Assert.Equal("6.25", text["""privacygrains_budget_left{party="north"}"""]);
        Assert.Equal("3", text["privacygrains_sessions_open"]);
        Assert.Equal("4096", text["privacygrains_sent_bytes_total"]);
        Assert.Contains("# TYPE privacygrains_sessions_open gauge", text.Comments);
        Assert.Contains("# TYPE privacygrains_budget_left gauge", text.Comments);
    }

    [Fact]
    public async Task Histogram_CountsByItsBounds()
    {
        var advised = _meter.CreateHistogram(
            "privacygrains.phase.duration", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
        var plain = _meter.CreateHistogram<int>("privacygrains.phase.messages");
        foreach (var seconds in new[] { 0.25, 1, 3, 100 })
            advised.Record(seconds, new KeyValuePair<string, object?>("phase", "unmask"));
        plain.Record(6);

        var text = await Scrape();
        Assert.Contains("# TYPE privacygrains_phase_duration_seconds histogram", text.Comments);
        Assert.Equal("1", text["""privacygrains_phase_duration_seconds_bucket{phase="unmask",le="0.5"}"""]);
        Assert.Equal("2", text["""privacygrains_phase_duration_seconds_bucket{phase="unmask",le="1"}"""]);
        Assert.Equal("3", text["""privacygrains_phase_duration_seconds_bucket{phase="unmask",le="10"}"""]);
        Assert.Equal("4", text["""privacygrains_phase_duration_seconds_bucket{phase="unmask",le="+Inf"}"""]);
        Assert.Equal("104.25", text["""privacygrains_phase_duration_seconds_sum{phase="unmask"}"""]);
        Assert.Equal("4", text["""privacygrains_phase_duration_seconds_count{phase="unmask"}"""]);
        Assert.Equal("0", text["""privacygrains_phase_messages_bucket{le="5"}"""]);
        Assert.Equal("1", text["""privacygrains_phase_messages_bucket{le="10"}"""]);
        Assert.Equal("1", text["privacygrains_phase_messages_count"]);
    }

    [Fact]
    public async Task Metrics_OfTheRuntimeAreShown_AndOfOthersAreNot()
    {
        using var other = new Meter("Somebody.Else");
        other.CreateCounter<int>("somebody.counted").Add(1);
        await _http.GetAsync(new Uri("/call", UriKind.Relative));

        var text = await Scrape();
        Assert.Contains(text.Names, n => n.StartsWith("dotnet_", StringComparison.Ordinal));
        Assert.Contains("http_server_request_duration_seconds_count", text.Names);
        Assert.DoesNotContain(text.Names, n => n.StartsWith("somebody", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_OfAnApplicationWithoutASilo_AreServedToo()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapGrainMetrics();
        await app.StartAsync();
        _meter.CreateCounter<int>("privacygrains.seen").Add(3);

        var text = new PrometheusText(await _http.GetStringAsync(new Uri(app.Urls.First() + "/metrics")));
        Assert.Equal("3", text["privacygrains_seen_total"]);
    }

    private async Task<PrometheusText> Scrape() => new(await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
}
