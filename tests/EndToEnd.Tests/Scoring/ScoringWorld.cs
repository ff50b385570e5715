using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PrivacyGrains.EndToEnd.Tests.CommandLine;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Scoring;

/// <summary>A running gateway, models that score encrypted rows, rows, and the scores as they are in the clear.</summary>
public sealed class ScoringWorld : IAsyncLifetime, IDisposable
{
    private const int Rows = 37;
    private static readonly double[] Weights = [0.9, -0.4, 0.25, -1.1, 0.6];
    private static readonly string[] Features = ["age", "income", "debt", "months", "late"];
    private static readonly double[] Lower = [18, 0, 0, 6, -1];
    private static readonly double[] Upper = [80, 400, 6000, 72, 1];
    private const double Bias = -0.3;

    private readonly TempFolder _folder = new();
    private UpProcess _up = null!;

    internal string Url => _up.Url;

    internal string KeyFile => _up.OperatorKeyFile;

    /// <summary>A file of rows.</summary>
    internal string Input => Path.Combine(_folder.Path, "rows.csv");

    /// <summary>The example, with node-seal beside it; null where there is none.</summary>
    internal string? Example { get; private set; }

    /// <summary>Probabilities of the linear models, and the network's two outputs, by row.</summary>
    internal double[] Probabilities { get; private set; } = [];

    internal double[][] Outputs { get; private set; } = [];

    public async Task InitializeAsync()
    {
        if (NodeSeal.Find() is not { } nodeSeal)
        {
            // All that needs this world is skipped, unless it may not be.
            Assert.False(Requirement.IsDemanded("node-seal"), Requirement.Missing("node-seal"));
            return;
        }

        _up = await UpProcess.StartAsync(Path.Combine(_folder.Path, "silo"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "example"));
        nodeSeal.Install(Example = Path.Combine(_folder.Path, "example"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Scoring", "matrix.mjs"), Path.Combine(Example, "matrix.mjs"));
        var raw = Enumerable.Range(0, Rows).Select(r => Features.Select((_, i) => Math.Round(Lower[i] + ((Upper[i] - Lower[i]) * Math.Abs(Math.Sin((r * 5) + i))), 3)).ToArray()).ToArray();
        raw[0][1] = 900; // beyond its range: counts as 400
        await File.WriteAllLinesAsync(Input, [$"note,{string.Join(',', Features.Reverse())}", .. raw.Select((row, r) => $"{r},{string.Join(',', row.Reverse().Select(v => v.ToString("R", CultureInfo.InvariantCulture)))}")]);
        var scaled = raw.Select(row => row.Select((v, i) => Math.Clamp((2 * (v - Lower[i]) / (Upper[i] - Lower[i])) - 1, -1, 1)).ToArray()).ToArray();
        Probabilities = [.. scaled.Select(x => 1 / (1 + Math.Exp(-Bias - x.Zip(Weights, (a, b) => a * b).Sum())))];
        Outputs = [.. scaled.Select(Network)];
        foreach (var (degree, bits) in ((int, int[])[])[(4096, [44, 43, 22]), (8192, [60, 40, 40, 60]), (16384, [60, 40, 40, 60])])
        {
            await RegisterAsync($"linear-{degree}", degree, bits, "sigmoid", [Dense(5, 1, Weights, [Bias])]);
        }

        await RegisterAsync("network", 16384, [60, 40, 40, 40, 40, 40, 60], "identity", [
            Dense(5, 3, FirstLayer, [0.1, 0, -0.2]), new { kind = "polynomial", coefficients = Cubic, from = -4.0, to = 4.0, basis = "monomial" }, Dense(3, 2, SecondLayer, [0, 0.5])]);
    }

    public async Task DisposeAsync()
    {
        if (_up is not null)
        {
            await _up.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs the example's script.</summary>
    internal Task<(int ExitCode, string Output, string Error)> ScoreAsync(params IEnumerable<string> options) =>
        RunAsync(["score.mjs", "--url", Url, "--key-file", KeyFile, "--input", Input, "--json", .. options]);

    /// <summary>Runs a script beside the example's modules.</summary>
    internal async Task<(int ExitCode, string Output, string Error)> RunAsync(params IEnumerable<string> arguments)
    {
        using var run = Process.Start(Node(arguments))!;
        var said = await Task.WhenAll(run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        await run.WaitForExitAsync();
        return (run.ExitCode, said[0], said[1]);
    }

    /// <summary>Node, in the example's folder.</summary>
    internal ProcessStartInfo Node(IEnumerable<string> arguments) =>
        new(NodeSeal.Find()!.Node, arguments) { WorkingDirectory = Example, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };

    private static readonly double[] FirstLayer = [0.5, -0.3, 0.2, 0.1, 0.4, -0.6, -0.2, 0.3, 0.1, 0.7, -0.1, 0.2, 0.05, 0.3, -0.4];
    private static readonly double[] SecondLayer = [1, -0.5, 0.3, 0.8, -0.7, 0.2];
    private static readonly double[] Cubic = [0, 0.7, 0, -0.03];

    private static double[] Network(double[] x)
    {
        var hidden = Apply(x, 3, FirstLayer, [0.1, 0, -0.2]);
        return Apply([.. hidden.Select(z => (Cubic[1] * z) + (Cubic[3] * z * z * z))], 2, SecondLayer, [0, 0.5]);
    }

    private static double[] Apply(double[] x, int outputs, double[] weights, double[] biases) =>
        [.. Enumerable.Range(0, outputs).Select(j => biases[j] + x.Select((v, i) => v * weights[(i * outputs) + j]).Sum())];

    private static object Dense(int inputs, int outputs, double[] weights, double[] biases) => new { kind = "dense", inputs, outputs, weights, biases };

    private async Task RegisterAsync(string model, int degree, int[] primeBits, string link, object[] layers)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(KeyFile)).Trim());
        var body = new
        {
            model = new { version = 1, inputs = 5, names = Features, inputBound = 1.0, layers, output = "linear" },
            rowsPerCredential = 1_000_000,
            degree,
            primeBits,
            ranges = Features.Select((feature, i) => new { feature, lower = Lower[i], upper = Upper[i] }),
            link,
        };
        using var answer = await http.PostAsync(new Uri($"/v1/encrypted-models/{model}/versions", UriKind.Relative), JsonContent.Create(body, options: JsonSerializerOptions.Web));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>Tests that share one gateway.</summary>
[CollectionDefinition(Name)]
public sealed class ScoringCollection : ICollectionFixture<ScoringWorld>
{
    public const string Name = "encrypted scoring";
}
