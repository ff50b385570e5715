using System.Globalization;
using System.Text;
using PrivacyGrains.Client.Budgets;
using PrivacyGrains.Messages.Budgets;

namespace PrivacyGrains.Cli.Reports;

/// <summary>A statement as plain text: one line a level, one line a charge. Control characters in what came from others are left out.</summary>
internal static class StatementText
{
    /// <summary>Renders the text.</summary>
    /// <param name="s">A verified statement.</param>
    public static string Render(StatementDocument s)
    {
        var text = new StringBuilder(4_000);
        Line($"Privacy budget {s.Party}/{s.Budget}, statement of {Time(s.At)}, opened {Time(s.OpenedAt)}");
        Line($"Epsilon {Number(s.Terms.Epsilon)} at delta {s.Terms.Delta}, per {s.Terms.Unit}, {s.Terms.Neighbours}.");
        foreach (var level in s.Terms.Levels ?? [])
        {
            Line($"Allowed besides: {StatementBuilder.Describe(level)}.");
        }

        Line($"");
        Line($"LEVELS");
        foreach (var l in s.Levels)
        {
            Line($"  {l.Level}: lost {Number(l.EpsilonSoFar)} of {Number(l.Epsilon)} at delta {l.Delta}, left {Number(l.EpsilonLeft)}; {(l.RunsOutAt is { } at ? $"runs out {at.UtcDateTime:yyyy-MM-dd} at the rate over {Number(l.RateDays)} d" : "no run-out date")}");
        }

        Line($"  Run-out dates: {s.ForecastMethod}");
        Line($"");
        Line($"CHARGES");
        foreach (var c in s.Charges.Where(c => c.Kind == "charge"))
        {
            Line($"  {Time(c.ReservedAt)}  {c.Recipient}  {c.Purpose}{(c.Blocks.Count > 0 ? $" over {string.Join(", ", c.Blocks)}" : "")}: {c.Status}{(c.Reason.Length > 0 ? $" ({c.Reason})" : "")}, adds {(c.Status == "refunded" ? "0" : Number(c.EpsilonAdded))}, alone {Number(c.EpsilonAlone)}{(c.EpsilonTight is null ? "" : $", tight {Number(c.EpsilonTight)}")}  [{c.Id}]");
        }

        Line($"");
        Line($"EXACT OUTPUTS (no epsilon; by policy, within quotas)");
        foreach (var q in s.Quotas)
        {
            Line($"  {q.Purpose} to {(q.Recipient == "*" ? "anyone" : q.Recipient)}: {q.Used} of {q.Maximum}");
        }

        Line($"");
        Line($"LEDGER: version {s.Ledger.Head.Version}, hash {s.Ledger.Head.HeadHash}, signed by {s.Party}");
        foreach (var w in s.Witnesses)
        {
            Line($"  seen and countersigned by {w.Witness}: version {w.Head.Version}");
        }

        return text.ToString();

        void Line(FormattableString line) => text.Append([.. line.ToString(CultureInfo.InvariantCulture).Where(c => !char.IsControl(c))]).Append('\n');
    }

    private static string Number(double? value) => value is { } v ? v.ToString("0.######", CultureInfo.InvariantCulture) : "";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
