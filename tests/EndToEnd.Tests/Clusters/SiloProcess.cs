using System.Diagnostics;
using System.Text;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Clusters;

/// <summary>The silo's own program, in a process of its own, told by environment variables as an operator would.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> _settings;
    private readonly StringBuilder _output = new();
    private Process? _process;

    internal SiloProcess(string name, string folder, params (string Key, string Value)[] settings)
    {
        Name = name;
        Http = $"http://127.0.0.1:{FreePort.Next()}";
        _settings = new(StringComparer.Ordinal)
        {
            ["Name"] = name,
            ["Http"] = Http,
            ["Data"] = Path.Combine(folder, name),
            ["Engine:SiloPort"] = SiloPort.ToString(),
            ["Engine:GatewayPort"] = GatewayPort.ToString(),
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }
    }

    internal string Name { get; }

    internal string Http { get; }

    internal int SiloPort { get; } = FreePort.Next();

    internal int GatewayPort { get; } = FreePort.Next();

    /// <summary>Starts it, with the same settings each time, and waits until it says that it is ready.</summary>
    internal async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "..", "..", "Silo", "release", "PrivacyGrains.Silo.dll"));
        foreach (var (key, value) in _settings)
        {
            start.Environment["PrivacyGrains__" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ReadyAsync();
    }

    /// <summary>As <c>kill -9</c>: nothing of it is put in order.</summary>
    internal async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    internal async Task<string> GetAsync(string path)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(Http + path));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
    }

    private async Task ReadyAsync()
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                await GetAsync("/health/ready");
                return;
            }
            catch (HttpRequestException e)
            {
                if (_process!.HasExited || clock.Elapsed > Patience)
                {
                    throw new InvalidOperationException($"{Name} does not become ready:\n{Output()}", e);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }
}
