using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Client.Budgets;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Cli.Reports;

/// <summary>A statement as one HTML page for a review board: nothing is fetched, every text is escaped, and the page carries the ledger that verifies it.</summary>
internal static class StatementPage
{
    /// <summary>Before the statement's own data in the page; after it the tag ends.</summary>
    public const string DataTag = "<script type=\"application/json\" id=\"statement\">";

    private const string Style = """
        :root{--ink:#1b2430;--dim:#5b6775;--line:#d9dee5;--paper:#fff;--panel:#f5f7fa;--main:#1f6feb;--full:#d1495b;--near:#e9a23b}
        @media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--dim:#9aa7b6;--line:#2c3642;--paper:#11161d;--panel:#19212b;--main:#5aa2ff;--full:#f07585;--near:#e9b45b}}
        *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}
        h1{font-size:27px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px;padding-top:12px;border-top:1px solid var(--line)}p{margin:8px 0;color:var(--dim);max-width:80ch}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:20px 0}.fact{background:var(--panel);border-radius:8px;padding:12px 14px}.fact b{display:block;font-size:23px}.fact span{color:var(--dim);font-size:13px}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--dim);font-weight:600;white-space:nowrap}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.t{white-space:nowrap}td.w{overflow-wrap:anywhere;min-width:110px}.bar{display:block;width:130px;height:10px;border-radius:5px;background:var(--line);margin-top:7px;overflow:hidden}.bar i{display:block;height:100%;background:var(--main)}
        .bar i.near{background:var(--near)}.bar i.full{background:var(--full)}code{font:12px ui-monospace,monospace;overflow-wrap:anywhere}.gone td{color:var(--dim)}@media print{main{max-width:none;padding:0}.scroll{overflow:visible}}
        """;

    /// <summary>Renders the page.</summary>
    /// <param name="s">A verified statement.</param>
    public static string Render(StatementDocument s)
    {
        var (page, whole) = (new StringBuilder(64_000), s.Levels[0]);
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
            .Append(CultureInfo.InvariantCulture, $"<title>Privacy budget {Text(s.Party)}/{Text(s.Budget)}</title><style>{Style}</style></head><body><main>")
            .Append(CultureInfo.InvariantCulture, $"<h1>Privacy budget {Text(s.Party)}/{Text(s.Budget)}</h1>")
            .Append(CultureInfo.InvariantCulture, $"<p>Statement of {Time(s.At)}. Opened {Time(s.OpenedAt)}. Protects each {Text(s.Terms.Unit)} ({(s.Terms.Neighbours == "add-remove" ? "present or absent" : "as it is or exchanged for another")}): epsilon {Number(s.Terms.Epsilon)} at delta {s.Terms.Delta} for all that is ever released, whatever is asked and in whatever order.</p>");
        page.Append("<div class=\"facts\">");
        Fact(page, Number(whole.EpsilonSoFar), $"epsilon lost so far, of {Number(whole.Epsilon)}, at delta {whole.Delta}");
        Fact(page, Number(whole.EpsilonLeft), "epsilon left for the data set");
        Fact(page, whole.RunsOutAt is { } at ? Date(at) : "no date", "the data set's budget runs out at the present rate");
        Fact(page, $"{s.Charges.Count(c => c.Kind == "charge" && c.Status != "refunded")}", $"noised releases; {s.Charges.Where(c => c.Kind == "disclosure" && c.Status != "refunded").Sum(c => c.Count)} exact outputs");
        page.Append("</div>");
        Levels(page, s);
        Charges(page, s);
        Plans(page, s);
        Exact(page, s);
        Proof(page, s);
        return page.Append("</main>").Append(DataTag).Append(JsonSerializer.Serialize(s, (JsonTypeInfo<StatementDocument>)MessagesJson.Tolerant.GetTypeInfo(typeof(StatementDocument)))).Append("</script></body></html>\n").ToString();
    }

    private static void Levels(StringBuilder page, StatementDocument s)
    {
        page.Append("<h2>What is left, and for how long</h2>");
        Table(page, ["level", "", "#lost", "#of", "#left", "#delta", "runs out"], s.Levels.Select(l => (false, (string[])[
            $"!{Text(l.Level)}", $"!<span class=\"bar\"><i class=\"{(l.Share >= 0.98 ? "full" : l.Share >= 0.8 ? "near" : "")}\" style=\"width:{(Math.Min(1, l.Share) * 100).ToString("F1", CultureInfo.InvariantCulture)}%\"></i></span>",
            Number(l.EpsilonSoFar), Number(l.Epsilon), Number(l.EpsilonLeft), $"{l.Delta.ToString(CultureInfo.InvariantCulture)}", l.RunsOutAt is { } at ? $"{Date(at)} (rate over {Number(l.RateDays)} d)" : "no date"])));
        page.Append(CultureInfo.InvariantCulture, $"<p>Run-out dates: {Text(s.ForecastMethod)} The bar is the part of the level's limit that is used; epsilon has a fixed part, the conversion's, from the first charge on.</p>");
        foreach (var level in s.Terms.Levels ?? [])
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>Allowed besides: {Text(StatementBuilder.Describe(level))}.{(level.Period is null ? "" : " It renews only for rows of a new block: time going by gives nothing back.")}</p>");
        }
    }

    private static void Charges(StringBuilder page, StatementDocument s)
    {
        page.Append("<h2>Who asked what, when, at what loss</h2>");
        Table(page, ["when", "who", "what", "rows of", "status", "#added", "#alone", "#tight"], s.Charges.Where(c => c.Kind == "charge").Select(c => (c.Status == "refunded", (string[])[
            $"~{Time(c.ReservedAt)}", c.Recipient, $"{c.Purpose}{(c.Reason.Length > 0 ? $" ({c.Reason})" : "")}", string.Join(", ", c.Blocks), $"~{c.Status}",
            c.Status == "refunded" ? "0" : Number(c.EpsilonAdded), Number(c.EpsilonAlone), c.EpsilonTight is null ? "" : Number(c.EpsilonTight)])));
        page.Append("<p>Added: what the charge adds to the loss so far; this is what adds up. Alone: what the ledger would say of it as the only release, at the same delta. Tight: for a plan fixed beforehand, the least that can be shown for it alone; it decides nothing. A committed charge whose release never came (aborted-committed) stays spent.</p>");
    }

    private static void Plans(StringBuilder page, StatementDocument s)
    {
        var plans = s.Charges.Where(c => c.Plan is not null).ToList();
        if (plans.Count > 0)
        {
            page.Append("<h2>Plans fixed beforehand</h2>");
            Table(page, ["charge", "plan"], plans.Select(c => (false, (string[])[c.Id, $"`{c.Plan}"])));
        }
    }

    private static void Exact(StringBuilder page, StatementDocument s)
    {
        if (s.Quotas.Count > 0)
        {
            page.Append("<h2>Exact outputs</h2><p>Outputs without noise have no epsilon. They are allowed by a policy, within a quota, and are no part of the loss above.</p>");
            Table(page, ["what", "to whom", "#given", "#allowed"], s.Quotas.Select(q => (false, (string[])[q.Purpose, q.Recipient == "*" ? "anyone" : q.Recipient, $"{q.Used}", $"{q.Maximum}"])));
        }
    }

    private static void Proof(StringBuilder page, StatementDocument s)
    {
        page.Append("<h2>How to verify this page</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>It carries all {s.Ledger.Entries.Count} entries of the ledger, up to version {s.Ledger.Head.Version} with hash <code>{Text(s.Ledger.Head.HeadHash)}</code>, signed by {Text(s.Party)}. <code>privacygrains budget verify --file THIS-FILE</code> checks the chain, the rules, the signatures and every figure above, without a connection.</p>");
        Table(page, ["seen by", "#version", "hash"], s.Witnesses.Select(w => (false, (string[])[w.Witness, $"{w.Head.Version}", $"`{w.Head.HeadHash}"])));
        page.Append(s.Witnesses.Count == 0 ? "<p>No other member has countersigned this ledger: nobody vouches that it is the only history.</p>" : "<p>Each has countersigned what it has seen: entries up to there cannot be taken back or rewritten unseen.</p>");
    }

    // A cell is text, to be escaped; "!" before it says that it is made of tags already, "`" that it is code, "~" that it stays on one line. "#" before a head: figures.
    private static void Table(StringBuilder page, string[] heads, IEnumerable<(bool Gone, string[] Cells)> rows)
    {
        page.Append("<div class=\"scroll\"><table><thead><tr>");
        foreach (var head in heads)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th{(head.StartsWith('#') ? " class=\"n\"" : "")}>{Text(head.TrimStart('#'))}</th>");
        }

        page.Append("</tr></thead><tbody>");
        foreach (var (gone, cells) in rows)
        {
            page.Append(gone ? "<tr class=\"gone\">" : "<tr>");
            for (var i = 0; i < cells.Length; i++)
            {
                var (cell, css) = (cells[i], heads[i].StartsWith('#') ? "n" : cells[i].StartsWith('~') ? "t" : "w");
                page.Append(CultureInfo.InvariantCulture, $"<td class=\"{css}\">").Append(cell switch
                {
                    ['!', .. var tags] => tags,
                    ['`', .. var code] => $"<code>{Text(code)}</code>",
                    ['~', .. var line] => Text(line),
                    _ => Text(cell),
                }).Append("</td>");
            }

            page.Append("</tr>");
        }

        page.Append("</tbody></table></div>");
    }

    private static void Fact(StringBuilder page, string figure, string what) => page.Append(CultureInfo.InvariantCulture, $"<div class=\"fact\"><b>{Text(figure)}</b><span>{Text(what)}</span></div>");

    private static string Text(string text) => Svg.Text(text);

    private static string Number(double? value) => value is { } v ? v.ToString("0.######", CultureInfo.InvariantCulture) : "";

    private static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
