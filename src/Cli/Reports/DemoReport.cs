using System.Globalization;
using System.Text;
using PrivacyGrains.Cli.Demo;

namespace PrivacyGrains.Cli.Reports;

/// <summary>Draws a demo's result as one HTML page that needs nothing but a browser.</summary>
internal static class DemoReport
{
    private const string Style = """
        :root{--ink:#1b2430;--dim:#5b6775;--line:#d9dee5;--paper:#fff;--panel:#f5f7fa;--main:#1f6feb;--good:#2a9d6f;--bad:#d1495b;--grey:#9aa5b1}
        @media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--dim:#9aa7b6;--line:#2c3642;--paper:#11161d;--panel:#19212b;--main:#5aa2ff;--good:#48c493;--bad:#f07585;--grey:#667382}}
        *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:900px;margin:0 auto;padding:32px 20px 64px}h1{font-size:28px;margin:0 0 4px}h2{font-size:19px;margin:40px 0 8px;padding-top:12px;border-top:1px solid var(--line)}
        p{margin:8px 0;color:var(--dim);max-width:70ch}.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin:20px 0}
        .fact{background:var(--panel);border-radius:8px;padding:12px 14px}.fact b{display:block;font-size:24px}.fact span{color:var(--dim);font-size:13px}
        .note{background:var(--panel);border-left:4px solid var(--bad);padding:10px 14px;border-radius:4px;color:var(--ink)}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--dim);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
        svg{width:100%;max-width:640px;height:auto;display:block;margin:8px 0}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .label{fill:var(--dim)}.end{text-anchor:end}.middle{text-anchor:middle}
        .main{fill:var(--main)}.good{fill:var(--good)}.bad{fill:var(--bad)}.grey{fill:var(--grey)}.dot{opacity:.75}.grid{stroke:var(--line)}.reference{stroke:var(--grey);stroke-dasharray:4 4}
        .series{fill:none;stroke:var(--main);stroke-width:2.5}.point{fill:var(--main)}
        """;

    /// <summary>Renders the page.</summary>
    /// <param name="result">What the run found.</param>
    /// <returns>HTML, UTF-8 when written; self-contained.</returns>
    public static string Render(DemoResult result)
    {
        var page = new StringBuilder(32_000);
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        page.Append("<title>PrivacyGrains: five hospitals, one model</title><style>").Append(Style).Append("</style></head><body><main>");
        page.Append("<h1>Five hospitals, one model, no shared record</h1>");
        page.Append(CultureInfo.InvariantCulture, $"<p>A run of <code>privacygrains demo</code> on the {Svg.Text(result.Engine)} engine, seed {result.Seed}, {result.Seconds:F1} s{(result.Resumed ? ", resumed from kept state" : string.Empty)}.</p>");
        if (result.Engine == "Embedded")
        {
            page.Append("<p class=\"note\">All parties ran in one process here: between them there was no secrecy. Each had its own keys, folder and journal, and everything else is as in a real consortium.</p>");
        }

        Facts(page, result);
        Accuracy(page, result);
        Members(page, result);
        Training(page, result);
        Inference(page, result);
        Statistics(page, result);
        Privacy(page, result);
        Refusals(page, result);
        return page.Append("</main></body></html>").ToString();
    }

    private static void Facts(StringBuilder page, DemoResult result)
    {
        page.Append("<div class=\"facts\">");
        Fact(page, Percent(result.Accuracy.Joint), "accuracy of the joint model");
        Fact(page, result.Privacy.Epsilon == 0 ? "none" : Number(result.Privacy.Epsilon), $"epsilon of the training at delta {Number(result.Privacy.Delta)}");
        Fact(page, result.Inference.MaxAbsError.ToString("E1", CultureInfo.InvariantCulture), "largest error of a joint score");
        Fact(page, result.Audit.Verified ? "verified" : "NOT verified", $"audit log, {result.Audit.Entries} entries");
        page.Append("</div>");
    }

    private static void Accuracy(StringBuilder page, DemoResult result)
    {
        var accuracy = result.Accuracy;
        page.Append("<h2>Accuracy on held-out patients</h2>");
        var bars = new List<(string, double, string, string)>
        {
            ("joint, private", accuracy.Joint, Percent(accuracy.Joint), "main"),
            ("pooled, no privacy", accuracy.Pooled, Percent(accuracy.Pooled), "good"),
        };
        bars.AddRange(accuracy.Alone.Select((value, i) => ($"hospital-{i + 1} alone", value, Percent(value), "grey")));
        page.Append(Svg.Bars("Accuracy by model", bars, 1));
        page.Append("<p>The joint model after each federated step:</p>");
        page.Append(Svg.Line("Accuracy after each step", accuracy.AfterStep, [("pooled", accuracy.Pooled)], Math.Floor(accuracy.AfterStep.Append(accuracy.Pooled).Min() * 10) / 10, 1));
    }

    private static void Members(StringBuilder page, DemoResult result)
    {
        page.Append("<h2>Who took part</h2><div class=\"scroll\"><table><tr><th>party</th><th>role</th><th class=\"n\">records</th><th class=\"n\">malignant</th><th>key</th></tr>");
        foreach (var member in result.Members)
        {
            var records = member.Role == "hospital" ? member.Records.ToString(CultureInfo.InvariantCulture) : "-";
            var share = member.Role == "hospital" ? Percent(member.MalignantShare) : "-";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Svg.Text(member.Party)}</td><td>{Svg.Text(member.Role)}</td><td class=\"n\">{records}</td><td class=\"n\">{share}</td><td><code>{Svg.Text(member.Fingerprint[..Math.Min(16, member.Fingerprint.Length)])}</code></td></tr>");
        }

        page.Append("</table></div>");
    }

    private static void Training(StringBuilder page, DemoResult result)
    {
        var training = result.Training;
        page.Append("<h2>Training</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{training.Steps} federated steps in {training.Rounds} rounds, {training.Seconds:F1} s, {training.BytesPerParty:N0} bytes sent by each hospital. Model <code>{Svg.Text(training.ModelDigest)}</code>, version {training.ModelVersion}.</p>");
        foreach (var dropped in training.Dropouts)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>{Svg.Text(dropped.Party)} dropped out of round {dropped.Round} in {Svg.Text(dropped.Phase)}: {Svg.Text(dropped.Reason)}.</p>");
        }

        page.Append("<div class=\"scroll\"><table><tr><th class=\"n\">round</th><th>outcome</th><th>in the sum</th><th>seconds by phase</th></tr>");
        foreach (var round in training.RoundLines)
        {
            var seconds = string.Join(", ", round.Seconds.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:F2}")));
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{round.Number}</td><td>{Svg.Text(round.Outcome)}</td><td>{Svg.Text(string.Join(", ", round.Survivors))}</td><td>{Svg.Text(seconds)}</td></tr>");
        }

        page.Append("</table></div>");
    }

    private static void Inference(StringBuilder page, DemoResult result)
    {
        var inference = result.Inference;
        page.Append("<h2>Joint scores</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{inference.Patients} patients, features divided among {Svg.Text(string.Join(" and ", inference.ComputeParties))}, correlations from {Svg.Text(inference.Dealer)}, scores revealed to {Svg.Text(inference.Receiver)} only: {inference.RoundsPerParty} rounds, {inference.BytesPerParty:N0} bytes sent by each party, {inference.PreprocessingBytes:N0} bytes of preprocessing, {inference.Seconds:F2} s.</p>");
        page.Append(Svg.Scatter("Joint score against score in clear", [.. inference.Scores.Select(score => (score.Clear, score.Joint, score.Malignant))]));
    }

    private static void Statistics(StringBuilder page, DemoResult result)
    {
        page.Append("<h2>Published statistics</h2><div class=\"scroll\"><table><tr><th>query</th><th class=\"n\">answer</th><th class=\"n\">95 % error bar</th><th class=\"n\">truth (known here only)</th></tr>");
        foreach (var statistic in (DemoStatistic[])[result.Statistics.Count, result.Statistics.Mean])
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Svg.Text(statistic.Query)}</td><td class=\"n\">{Number(statistic.Value)}</td><td class=\"n\">&plusmn; {Number(statistic.ErrorBar95)}</td><td class=\"n\">{Number(statistic.Truth)}</td></tr>");
        }

        page.Append("</table></div>");
    }

    private static void Privacy(StringBuilder page, DemoResult result)
    {
        var privacy = result.Privacy;
        page.Append("<h2>What it cost</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>The fullest ledger stands at epsilon {Number(privacy.LedgerEpsilon)} of {Number(privacy.Limit)}, at delta {Number(privacy.Delta)}. Disclosures are exact outputs: they have a quota, and no epsilon.</p>");
        var byParty = privacy.Charges.Where(c => c.Kind == "charge" && c.Status != "refunded").GroupBy(c => c.Purpose.Split(' ')[0]);
        page.Append(Svg.Bars("Charges by purpose", [.. byParty.Select(group => (group.Key, (double)group.Count(), $"{group.Count()} charges", "main"))], Math.Max(1, byParty.Select(group => group.Count()).DefaultIfEmpty(1).Max())));
        page.Append("<details><summary>Every line of every ledger</summary><div class=\"scroll\"><table><tr><th>party</th><th>id</th><th>purpose</th><th>status</th><th class=\"n\">cost</th></tr>");
        foreach (var charge in privacy.Charges)
        {
            var cost = charge.Kind == "disclosure" ? $"{charge.Count} outputs" : $"epsilon {Number(charge.Epsilon)}";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Svg.Text(charge.Party)}</td><td><code>{Svg.Text(charge.Id)}</code></td><td>{Svg.Text(charge.Purpose)}</td><td>{Svg.Text(charge.Status)}</td><td class=\"n\">{cost}</td></tr>");
        }

        page.Append("</table></div></details>");
    }

    private static void Refusals(StringBuilder page, DemoResult result)
    {
        page.Append("<h2>What was refused</h2>");
        foreach (var refusal in result.Refusals)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>{Svg.Text(refusal.What)}: <code>{Svg.Text(refusal.Code)}</code> {Svg.Text(refusal.Message)}</p>");
        }

        page.Append("<h2>Audit log</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{result.Audit.Entries} entries, root <code>{Svg.Text(result.Audit.Root)}</code>, and {result.Audit.Ledgers} ledgers: {(result.Audit.Verified ? "every hash and signature verified" : "VERIFICATION FAILED")}.</p>");
    }

    private static void Fact(StringBuilder page, string value, string label) =>
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"fact\"><b>{Svg.Text(value)}</b><span>{Svg.Text(label)}</span></div>");

    private static string Percent(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.####E+0", CultureInfo.InvariantCulture) is var scientific && (Math.Abs(value) is > 0 and < 0.001)
        ? scientific
        : value.ToString("0.###", CultureInfo.InvariantCulture);
}
