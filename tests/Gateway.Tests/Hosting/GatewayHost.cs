using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Gateway.Hosting;

namespace PrivacyGrains.Gateway.Tests.Hosting;

/// <summary>A gateway on a free loopback port, before any grains.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private GatewayHost(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        _http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Address { get; }

    public static async Task<GatewayHost> StartAsync(IGrainFactory grains, GatewaySettings? settings = null, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(grains);
        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        builder.AddPrivacyGrainsGateway((settings ?? new GatewaySettings { Consortium = "test" }) with { Urls = ["http://127.0.0.1:0"] });
        var app = builder.Build();
        app.MapPrivacyGrainsGateway();
        await app.StartAsync();
        return new GatewayHost(app);
    }

    public GatewayClient Client(string? apiKey) => new(new GatewayOptions { BaseAddress = Address, ApiKey = apiKey, Attempts = 1 });

    public HttpClient Raw => _http;

    public async Task<Reply> SendAsync(HttpMethod method, string path, string? apiKey = null, string? json = null, Action<HttpRequestMessage>? more = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (apiKey is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        more?.Invoke(request);
        using var answer = await _http.SendAsync(request);
        return new Reply((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync(), answer);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>What came back.</summary>
    public sealed record Reply(int Status, string? MediaType, string Text, HttpResponseMessage Message)
    {
        public JsonNode Json => JsonNode.Parse(Text)!;

        public string Header(string name) => string.Join(", ", Message.Headers.TryGetValues(name, out var v) || Message.Content.Headers.TryGetValues(name, out v) ? v : []);

        /// <summary>Asserts a problem of this status and code, in the form that every problem has.</summary>
        public Reply IsProblem(int status, string code)
        {
            Assert.True(Status == status && MediaType == "application/problem+json", $"expected problem {status} {code}, got {Status} {MediaType}: {Text}");
            Assert.Equal(code, (string?)Json["code"]);
            Assert.Equal(status, (int?)Json["status"]);
            Assert.Equal($"urn:privacygrains:problem:{code}", (string?)Json["type"]);
            Assert.False(string.IsNullOrEmpty((string?)Json["title"]));
            Assert.False(string.IsNullOrEmpty((string?)Json["traceId"]));
            return this;
        }
    }
}
