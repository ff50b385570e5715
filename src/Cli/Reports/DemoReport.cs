using System.Globalization;
using System.Text;
using PrivacyGrains.Cli.Demo;

namespace PrivacyGrains.Cli.Reports;

/// <summary>Draws a demo's result as one HTML page that needs nothing but a browser.</summary>
internal static class DemoReport
{
    /// <summary>The look of every report.</summary>
    internal const string Style = """
        :root{--ink:#1b2430;--dim:#5b6775;--line:#d9dee5;--paper:#fff;--panel:#f5f7fa;--main:#1f6feb;--good:#2a9d6f;--bad:#d1495b;--grey:#9aa5b1}
        @media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--dim:#9aa7b6;--line:#2c3642;--paper:#11161d;--panel:#19212b;--main:#5aa2ff;--good:#48c493;--bad:#f07585;--grey:#667382}}
        *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:900px;margin:0 auto;padding:32px 20px 64px}h1{font-size:28px;margin:0 0 4px}h2{font-size:19px;margin:40px 0 8px;padding-top:12px;border-top:1px solid var(--line)}
        p{margin:8px 0;color:var(--dim);max-width:70ch}.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin:20px 0}
        .fact{background:var(--panel);border-radius:8px;padding:12px 14px}.fact b{display:block;font-size:24px}.fact span{color:var(--dim);font-size:13px}
        .note{background:var(--panel);border-left:4px solid var(--bad);padding:10px 14px;border-radius:4px;color:var(--ink)}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--dim);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;padding-right:28px}.gone{color:var(--bad)}summary{cursor:pointer;margin:8px 0}.legend{margin:4px 0 16px;display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--dim)}.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px}.pair{display:flex;flex-wrap:wrap;gap:16px}.pair>div{flex:1 1 340px;min-width:0}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
        svg{width:100%;max-width:640px;height:auto;display:block;margin:8px 0}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .label{fill:var(--dim)}.end{text-anchor:end}.middle{text-anchor:middle}
        .p0{fill:#1f6feb;background:#1f6feb}.p1{fill:#2a9d6f;background:#2a9d6f}.p2{fill:#e9a23b;background:#e9a23b}.p3{fill:#9b6bdf;background:#9b6bdf}.p4{fill:#d1495b;background:#d1495b}.main{fill:var(--main)}.good{fill:var(--good)}.bad{fill:var(--bad)}.grey{fill:var(--grey)}.dot{opacity:.75}.grid{stroke:var(--line)}.reference{stroke:var(--grey);stroke-dasharray:4 4}
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
            page.Append("<p class=\"note\">All parties ran in one process here: between them there was no secrecy. Each had its own keys, folder and journal, and acted over HTTP.</p>");
        }

        DemoSections.Facts(page, result);
        DemoSections.Accuracy(page, result.Accuracy);
        DemoSections.Members(page, result.Members);
        DemoSections.Training(page, result.Training);
        DemoSections.Inference(page, result.Inference);
        DemoSections.Statistics(page, result.Statistics);
        DemoSections.Privacy(page, result.Privacy);
        DemoSections.Refusals(page, result.Refusals);
        DemoSections.Audit(page, result.Audit);
        return page.Append("</main></body></html>").ToString();
    }
}
