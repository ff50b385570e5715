using System.Globalization;
using System.Text;
using PrivacyGrains.Cli.Reports;

namespace PrivacyGrains.Cli.Sweeps;

/// <summary>A search's document as one HTML page that needs nothing but a browser.</summary>
internal static class SweepReport
{
    private const string Own = ".bar{stroke:var(--main);stroke-width:1.3}.noise{stroke:var(--main);stroke-width:6;opacity:.35}td.n{white-space:nowrap}li{color:var(--dim);margin:4px 0;max-width:70ch}tr.chosen td{font-weight:600}";

    /// <summary>Renders the page.</summary>
    /// <param name="document">What was released.</param>
    /// <returns>HTML, UTF-8 when written; self-contained.</returns>
    public static string Render(SweepDocument document)
    {
        var page = new StringBuilder(16_000);
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        page.Append("<title>PrivacyGrains: the lowest epsilon that is good enough</title><style>").Append(DemoReport.Style).Append(Own).Append("</style></head><body><main>");
        page.Append("<h1>The lowest epsilon that is good enough</h1>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{Svg.Text(Answer(document))}</p><div class=\"facts\">");
        Fact(page, document.Chosen is { } chosen ? SweepLines.Number(chosen.Epsilon) : "none", "lowest epsilon of a training that reaches the target");
        Fact(page, document.Chosen?.Accuracy is { } accuracy ? SweepLines.Percent(accuracy) : SweepLines.Percent(document.Frontier.Max(p => p.Accuracy ?? 0)), document.Chosen is null ? "best accuracy measured" : "its measured accuracy");
        Fact(page, Up(document.Guarantee.Epsilon), $"epsilon of the whole search, wherever it stopped, at delta {Small(document.Guarantee.Delta)}");
        Fact(page, Up(document.Ledger.EpsilonSoFar), "epsilon so far in the ledger");
        page.Append("</div><h2>Frontier</h2>").Append(FrontierChart.Draw(document.Frontier, document.TargetAccuracy, document.Chosen?.Epsilon));
        page.Append("<p>Thick bars: noise alone. Thin bars: noise and sampling. Each 95 %.</p>");
        Frontier(page, document);
        Charges(page, document.Ledger);
        Method(page, document);
        return page.Append("</main></body></html>").ToString();
    }

    private static string Answer(SweepDocument document) => document.Chosen is { } chosen
        ? $"A training at epsilon {SweepLines.Number(chosen.Epsilon)} reaches the target of {SweepLines.Percent(document.TargetAccuracy)}; its model is {document.Model}."
        : $"The target of {SweepLines.Percent(document.TargetAccuracy)} is out of reach of every epsilon that was tried. What was run stays charged.";

    private static void Frontier(StringBuilder page, SweepDocument document)
    {
        page.Append("<div class=\"scroll\"><table><tr><th class=\"n\">epsilon of a training</th><th class=\"n\">accuracy</th><th class=\"n\">noise</th><th>95 % with sampling</th><th class=\"n\">learning rate</th><th class=\"n\">this level costs</th><th>target</th></tr>");
        foreach (var p in document.Frontier)
        {
            var css = p.Epsilon == document.Chosen?.Epsilon ? " class=\"chosen\"" : "";
            page.Append(CultureInfo.InvariantCulture, $"<tr{css}><td class=\"n\">{SweepLines.Number(p.Epsilon)}</td><td class=\"n\">{(p.Accuracy is { } a ? SweepLines.Percent(a) : p.Status == "not-run" ? "not run" : "no trial")}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{(p.Noise is { } noise ? $"± {SweepLines.Percent(noise)}" : "")}</td><td>{(p.Low is { } low ? $"{SweepLines.Percent(low)} to {SweepLines.Percent(p.High!.Value)}" : "")}</td><td class=\"n\">{(p.LearningRate is { } rate ? SweepLines.Number(rate) : "")}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{(p.Status == "not-run" ? "nothing" : Up(p.LevelEpsilon))}</td><td>{(p.Accuracy is null ? "" : p.ReachesTarget ? "reached" : "missed")}</td></tr>");
        }

        page.Append("</table></div>");
    }

    private static void Charges(StringBuilder page, SweepLedgerDocument ledger)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>What was charged</h2><p>Ledger <code>{Svg.Text(ledger.Name)}</code>: epsilon {Up(ledger.EpsilonSoFar)} of {Up(ledger.Limit)} at delta {Small(ledger.Delta)}, {Down(ledger.EpsilonLeft)} left. Each loss below is shown alone, at its own best order; the ledger adds losses at one preset order, so its figure is not their sum.</p>");
        page.Append("<div class=\"scroll\"><table><tr><th>release</th><th>charge</th><th>status</th><th class=\"n\">epsilon alone</th></tr>");
        foreach (var c in ledger.Charges)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Svg.Text(c.Purpose)}</td><td><code>{Svg.Text(c.Id)}</code></td><td>{Svg.Text(c.Status)}</td><td class=\"n\">{Up(c.Epsilon)}</td></tr>");
        }

        page.Append("</table></div>");
    }

    private static void Method(StringBuilder page, SweepDocument document)
    {
        var (selection, scoring) = (document.Selection, document.Scoring);
        page.Append(CultureInfo.InvariantCulture, $"<h2>What holds, and what does not</h2><p>For neighbours that {Svg.Text(document.Guarantee.Neighbours)}, everything on this page and the model together is private at epsilon {Up(document.Guarantee.Epsilon)} and delta {Small(document.Guarantee.Delta)} (Renyi order {document.Guarantee.Order:0.##}).</p><p>");
        page.Append(selection.Distribution == "one-trial"
            ? "Each epsilon had one trial, which is released; the levels compose, in rising order, until one reaches the target."
            : string.Create(CultureInfo.InvariantCulture, $"Each epsilon had a secret number of trials ({selection.Distribution}, mean {selection.MeanTrials:0.##}), of which only the best is released, at the price of {selection.Source}; the levels compose, in rising order, until one reaches the target."));
        page.Append(scoring.On == "public"
            ? " Accuracy was measured exactly, on a file that its owner calls public."
            : string.Create(CultureInfo.InvariantCulture, $" Accuracy was measured with noise on held-back records, about {scoring.Share:P0} of all; each record is either trained on or scored on."));
        page.Append("</p><ul>").AppendJoin("", document.NotGiven.Select(line => $"<li>{Svg.Text(line)}</li>")).Append("</ul>");
    }

    private static void Fact(StringBuilder page, string value, string label) => page.Append(CultureInfo.InvariantCulture, $"<div class=\"fact\"><b>{Svg.Text(value)}</b><span>{Svg.Text(label)}</span></div>");

    /// <summary>A loss is rounded up.</summary>
    private static string Up(double value) => (Math.Ceiling(value * 1000) / 1000).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Down(double value) => (Math.Floor(value * 1000) / 1000).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Small(double value) => value.ToString("0.##e+0", CultureInfo.InvariantCulture);
}
