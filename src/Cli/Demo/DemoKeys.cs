using PrivacyGrains.Client;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Connections of those who are no party, and the analyst's key.</summary>
internal static class DemoKeys
{
    /// <summary>The analyst's key; the operator makes it. A crash before it is kept leaves one that nobody holds.</summary>
    public static async Task<string> EnsureAnalystAsync(DemoFolder folder, GatewayClient operators, CancellationToken cancel)
    {
        var path = folder.OfRun("analyst.key");
        if (!File.Exists(path))
        {
            ApiKeyFile.Write(path, (await operators.Keys.CreateAsync(new CreateKeyRequest(["analyst"]), cancel: cancel)).ApiKey);
        }

        return ApiKeyFile.Read(path);
    }

    /// <summary>Connects with a key.</summary>
    public static GatewayClient Connect(Uri gateway, string apiKey) => new(new GatewayOptions { BaseAddress = gateway, ApiKey = apiKey });
}
