using System.Diagnostics;
using Spectre.Console;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Tells what happens, a line a step, with a progress bar below on a terminal.</summary>
internal sealed class DemoNarrator
{
    private const int PlainWidth = 132;
    private readonly Lock _gate = new();
    private readonly TextWriter _writer;
    private readonly IAnsiConsole _console;
    private readonly bool _terminal;
    private readonly long _start = Stopwatch.GetTimestamp();
    private ProgressTask? _bar;

    /// <summary>Writes to a stream of text.</summary>
    /// <param name="writer">Standard output, or standard error where standard output carries JSON.</param>
    /// <param name="terminal">Whether a person looks on.</param>
    public DemoNarrator(TextWriter writer, bool terminal)
    {
        _writer = writer;
        _terminal = terminal;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No });
        if (!terminal)
        {
            _console.Profile.Width = PlainWidth;
        }
    }

    /// <summary>Seconds since the beginning.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Runs the story with a bar on a terminal.</summary>
    public Task<T> PlayAsync<T>(Func<Task<T>> story) => !_terminal ? story() : _console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .StartAsync(async context =>
        {
            _bar = context.AddTask("starting");
            return await story();
        });

    /// <summary>A new part of the story begins.</summary>
    /// <param name="title">Its name.</param>
    /// <param name="percent">How much of the whole lies before it.</param>
    public void Act(string title, double percent)
    {
        lock (_gate)
        {
            Write(string.Empty);
            Write(title);
            Progress(title, percent);
        }
    }

    /// <summary>One step, with the time since the beginning.</summary>
    public void Step(string line)
    {
        lock (_gate)
        {
            Write(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"  {Seconds,6:F1} s  {line}"));
        }
    }

    /// <summary>A line of its own.</summary>
    public void Say(string line)
    {
        lock (_gate)
        {
            Write(line);
        }
    }

    /// <summary>Moves the bar.</summary>
    public void Progress(string what, double percent)
    {
        if (_bar is { } bar)
        {
            bar.Description = Markup.Escape(what);
            bar.Value = percent;
        }
    }

    private void Write(string line)
    {
        if (_terminal)
        {
            _console.WriteLine(line);
        }
        else
        {
            _writer.WriteLine(line);
        }
    }
}
