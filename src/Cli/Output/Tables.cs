using System.Globalization;
using Spectre.Console;

namespace PrivacyGrains.Cli.Output;

/// <summary>Tables for people. Whatever came over the network is escaped.</summary>
internal static class Tables
{
    /// <summary>Writes a table, or one line where it has no rows.</summary>
    public static void Write(this IAnsiConsole console, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, string none)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var head in heads)
        {
            table.AddColumn(Markup.Escape(head));
        }

        var any = false;
        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => Markup.Escape(Clean(cell)))]);
            any = true;
        }

        if (any)
        {
            console.Write(table);
        }
        else
        {
            console.Line(none);
        }
    }

    /// <summary>Writes one line of plain text, whole: a key or an invitation that the console broke would not be one when it is copied.</summary>
    public static void Line(this IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(Clean(text));

    /// <summary>Four significant digits.</summary>
    public static string Number(double? value) => value is { } v ? v.ToString("0.####", CultureInfo.InvariantCulture) : "?";

    /// <summary>A time as people read it, in UTC.</summary>
    public static string Time(DateTimeOffset? at) => at is { } t ? t.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";

    // A name from outside must not steer the terminal.
    private static string Clean(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}
