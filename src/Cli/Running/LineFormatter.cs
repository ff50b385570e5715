using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace PrivacyGrains.Cli.Running;

/// <summary>A log line as an operator reads it: level, category, message, and of an exception its own sentence.</summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var line = $"{logEntry.LogLevel.ToString().ToLowerInvariant()}: {logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..]}: {logEntry.Formatter(logEntry.State, logEntry.Exception)}";
        if (logEntry.Exception is { } exception)
        {
            line += $" {exception.GetType().Name}: {exception.Message}";
        }

        // A name from outside must neither begin a line of its own nor steer the terminal.
        textWriter.WriteLine(string.Concat(line.ReplaceLineEndings(" ").Select(static c => char.IsControl(c) ? '?' : c)));
    }
}
