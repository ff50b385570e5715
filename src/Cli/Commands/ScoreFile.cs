using System.Globalization;
using System.Text;

namespace PrivacyGrains.Cli.Commands;

/// <summary>Scores as a CSV file: one row for each, in the rows' order.</summary>
internal static class ScoreFile
{
    /// <summary>Writes it.</summary>
    /// <returns>Where it is.</returns>
    public static async Task<string> WriteAsync(string path, double[][] scores, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var width = scores.Length == 0 ? 1 : scores[0].Length;
        text.AppendJoin(',', Enumerable.Range(1, width).Select(i => width == 1 ? "score" : $"output{i}")).Append('\n');
        foreach (var row in scores)
        {
            text.AppendJoin(',', row.Select(v => v.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
        }

        var full = Path.GetFullPath(path);
        await File.WriteAllTextAsync(full, text.ToString(), cancel);
        return full;
    }
}
