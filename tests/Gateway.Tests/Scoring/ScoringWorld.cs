using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Scoring;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Grains.Scoring;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Gateway.Tests.Scoring;

/// <summary>A consortium with a linear model of three features, its owner and a client, over a real socket.</summary>
public sealed class ScoringWorld : IAsyncDisposable
{
    public const string Model = "credit";
    public const string Owner = "hospital-1";
    public static readonly double[] Weights = [0.75, -1.25, 0.5];
    public const double Bias = 0.125;

    private ScoringWorld(TestConsortium consortium, string clientKey) => (Consortium, ClientKey) = (consortium, clientKey);

    public TestConsortium Consortium { get; }

    public string ClientKey { get; }

    public static async Task<ScoringWorld> StartAsync(long rows = 1_000_000, ScoringSettings? settings = null, TimeProvider? clock = null)
    {
        var consortium = await TestConsortium.StartAsync(null, clock, services => services.AddSingleton(settings ?? new ScoringSettings()), Owner);
        var world = new ScoringWorld(consortium, await consortium.KeyAsync("analyst"));
        using var owner = consortium.As(Owner);
        await owner.EncryptedModels.RegisterAsync(Model, Registration(rows));
        return world;
    }

    public static RegisterEncryptedModelRequest Registration(long rows, int? degree = 4096, IReadOnlyList<int>? bits = null, string link = "identity") =>
        new(Json(EncryptedModel.Linear(Weights, Bias, 4)), rows, degree, degree is null ? null : bits ?? [36, 36, 37], null, link, "test");

    public static JsonElement Json(EncryptedModel model) => JsonDocument.Parse(EncryptedModelFile.Write(model)).RootElement;

    public static double Score(double[] row) => row.Zip(Weights).Sum(p => p.First * p.Second) + Bias;

    public static double[][] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => (double[])[Math.Sin(i), Math.Cos(3 * i), ((i % 7) - 3) / 2.0])];

    public GatewayClient AsClient() => Consortium.Gateway.Client(ClientKey);

    /// <summary>A request's body, by the client's own keys.</summary>
    public static byte[] Encrypt(EncryptedScoringClient client, string layout, double[][] rows) =>
        RowEncryption.Encrypt(client.Keys, client.Version.Layouts.Single(l => l.Layout == layout), rows, new SealFraming(new SealVersion(4, 1), SealCompression.None));

    public static byte[] SecretKeyOf(EncryptedScoringClient client)
    {
        var writer = new ArrayBufferWriter<byte>();
        SecretKeyFile.Write(client.Keys.Context, client.Keys.Secret, new SealVersion(4, 1), writer);
        return writer.WrittenSpan.ToArray();
    }

    public Task<GatewayHost.Reply> SendAsync(HttpMethod method, string path, byte[]? body = null, string? key = null) =>
        Consortium.Gateway.SendAsync(method, $"/v1/encrypted-models/{Model}{path}", key ?? ClientKey, null, request =>
        {
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
            }
        });

    public ValueTask DisposeAsync() => Consortium.DisposeAsync();
}
