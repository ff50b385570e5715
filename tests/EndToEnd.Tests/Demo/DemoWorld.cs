using System.Text.Json;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>One whole run with kept state, which several tests look at.</summary>
public sealed class DemoWorld : IAsyncLifetime, IDisposable
{
    public const string Seed = "7";
    private readonly TempFolder _folder = new();

    /// <summary>A folder for the tests' own files.</summary>
    public string Root => _folder.Path;

    /// <summary>The run's kept state.</summary>
    public string Data => Path.Combine(Root, "first");

    /// <summary>The run's document.</summary>
    public JsonElement Document { get; private set; }

    /// <summary>The report's file.</summary>
    public string Report => Path.Combine(Root, "out", "report.html");

    public async Task InitializeAsync() => Document = await RunAsync(Data, Path.GetDirectoryName(Report)!);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    internal Task<JsonElement> RunAsync(string data, string output) => DemoProcess.DocumentAsync(Root, "demo", "--json", "--seed", Seed, "--data", data, "--out", output);
}

/// <summary>The demo's tests run one after another: each run has a consortium, and phases with deadlines, of its own.</summary>
[CollectionDefinition(Name)]
public sealed class DemoCollection : ICollectionFixture<DemoWorld>
{
    public const string Name = "demo";
}
