using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What an owner declares of its rows' days: the blocks of a budget with periods follow from it, never from the rows.</summary>
internal sealed class DateOptions
{
    private readonly Option<string?> _from;
    private readonly Option<string?> _to;
    private readonly Option<string?> _time;

    /// <summary>The three options.</summary>
    /// <param name="when">What the help begins with, as <c>With --data: </c>.</param>
    public DateOptions(string when = "")
    {
        _from = new("--from") { Description = $"{when}The first day whose records take part, as 2026-10-01: public. A budget with periods is charged for every block that --from to --to touches." };
        _to = new("--to") { Description = $"{when}The last such day." };
        _time = new("--time") { Description = $"{when}The column that tells each record's day, as 2026-11-21; records of other days are not used. Without it, all records are stated to be of --from to --to." };
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_from, _to, _time])
        {
            command.Add(option);
        }
    }

    /// <summary>The declaration; null where none is made.</summary>
    /// <exception cref="InputException"><c>dates.malformed</c>.</exception>
    public RowDates? Read(ParseResult parsed)
    {
        var (from, to, time) = (parsed.GetValue(_from), parsed.GetValue(_to), parsed.GetValue(_time));
        if (from is null && to is null && time is null)
        {
            return null;
        }

        if (from is null || to is null || time is "")
        {
            throw new InputException("dates.malformed", "Declare the first and the last day, with --from and --to; and with --time the column that tells each record's day, where it is not all of them. Days do not come from the records.");
        }

        var dates = new RowDates(Day("--from", from), Day("--to", to), time ?? "");
        return dates.Fault() is { } fault ? throw new InputException("dates.malformed", $"--from and --to: {fault}.") : dates;
    }

    private static DateOnly Day(string option, string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw new InputException("dates.malformed", $"{option} is '{text}': write a day as 2026-11-21.");
}
