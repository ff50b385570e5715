using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Queries.Own;
using Spectre.Console;

namespace PrivacyGrains.Cli.Output;

/// <summary>Where a command speaks: its result to standard output (people's tables, or one JSON document), everything else to standard error.</summary>
internal sealed class CommandOutput
{
    private static readonly TimeSpan WorthShowing = TimeSpan.FromSeconds(1);

    private readonly TextWriter _out;
    private readonly TextWriter _error;
    private readonly IAnsiConsole _tables;
    private readonly IAnsiConsole? _progress;
    private readonly List<string> _warnings = [];

    public CommandOutput(bool json, TextWriter output, TextWriter error)
    {
        Json = json;
        _out = output;
        _error = error;
        _tables = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No });
        if (System.Console.IsOutputRedirected)
        {
            _tables.Profile.Width = 160; // a file has no width
        }

        _progress = System.Console.IsErrorRedirected ? null : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
    }

    /// <summary>Whether the result is one JSON document.</summary>
    public bool Json { get; }

    /// <summary>Says what the user should think about before relying on the result: to standard error, and as <c>warnings</c> of the JSON document that follows.</summary>
    public void Warn(string line)
    {
        _warnings.Add(line);
        _error.WriteLine($"warning: {line}");
    }

    /// <summary>Says what is being done. To standard error.</summary>
    public void Note(string line) => _error.WriteLine(line);

    /// <summary>The result: the document, or what people read.</summary>
    public void Result<T>(T document, Action<IAnsiConsole> people)
    {
        if (Json)
        {
            _out.WriteLine(PrintedJson.Of(document, _warnings));
            _out.Flush();
        }
        else
        {
            people(_tables);
        }
    }

    /// <summary>Does what may take long, with a bar on a terminal once it has taken a second.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="work">Reports how much is done, from 0 to 1.</param>
    public async Task<T> WithBarAsync<T>(string title, Func<IProgress<double>, Task<T>> work)
    {
        var done = new Share();
        var running = work(done);
        if (_progress is null || await Task.WhenAny(running, Task.Delay(WorthShowing, TimeProvider.System)) == running)
        {
            return await running;
        }

        await _progress.Progress().AutoClear(true).StartAsync(async bars =>
        {
            var bar = bars.AddTask(Markup.Escape(title));
            while (!running.IsCompleted)
            {
                bar.Value = done.Value * 100;
                await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
            }
        });
        return await running;
    }

    /// <summary>What went wrong, in one line (and a document with <c>--json</c>); answers the exit code.</summary>
    public int Fail(Exception exception)
    {
        var (code, exit, status, trace, detail) = exception switch
        {
            InputException e => (e.Code, ExitCodes.BadInput, 0, null, e.Message),
            QueryRefusedException e => (e.Code, ExitCodes.Failure, 0, null, e.Message),
            GatewayException { Code: GatewayException.Unreachable } e => (e.Code, ExitCodes.Failure, 0, null, $"{e.Detail}. Start one with 'privacygrains up', or name it with --url."),
            GatewayException e => (e.Code, ExitCodes.Of(e), e.Status, e.TraceId, e.Detail),
            PrivacyGrains.Silo.SiloSettingsException e => ("settings.wrong", ExitCodes.BadInput, 0, (string?)null, string.Join(' ', e.Faults)),
            OperationCanceledException => ("command.cancelled", ExitCodes.Failure, 0, null, "Stopped before it was done."),
            _ => ("command.failed", ExitCodes.Failure, 0, null, exception.Message),
        };
        detail = detail.ReplaceLineEndings(" ").TrimEnd();
        _error.WriteLine($"{code}: {detail}");
        if (Json)
        {
            Result(new FailureDocument(new FailureBody(code, detail, status, trace)), static _ => { });
        }

        return exit;
    }

    private sealed class Share : IProgress<double>
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Report(double value) => Volatile.Write(ref _value, value);
    }
}
