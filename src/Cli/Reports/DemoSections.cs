using System.Globalization;
using System.Text;
using PrivacyGrains.Cli.Demo;
using PrivacyGrains.Messages.Rounds;

namespace PrivacyGrains.Cli.Reports;

/// <summary>The sections of a demo's report. Text that came over the network is escaped.</summary>
internal static class DemoSections
{
    private static readonly string[] Phases = [RoundStages.AdvertiseKeys, RoundStages.ShareKeys, RoundStages.CollectMaskedInputs, RoundStages.CheckConsistency, RoundStages.Unmask];

    public static void Facts(StringBuilder page, DemoResult result)
    {
        page.Append("<div class=\"facts\">");
        Fact(page, Percent(result.Accuracy.Joint), "accuracy of the joint model");
        Fact(page, result.Privacy.Epsilon is { } claim ? Loss(claim) : "no claim", result.Privacy.Epsilon is null ? "the training was without noise" : $"epsilon of the training at delta {Small(result.Privacy.Delta)}");
        Fact(page, Small(result.Inference.MaxAbsError), "largest error of a joint score");
        Fact(page, result.Audit.Verified ? "verified" : "NOT verified", $"audit log, {result.Audit.Entries} entries");
        page.Append("</div>");
    }

    public static void Accuracy(StringBuilder page, DemoAccuracy accuracy)
    {
        page.Append("<h2>Accuracy on held-out patients</h2>");
        var bars = new List<(string, double, string, string)>
        {
            ("joint", accuracy.Joint, Percent(accuracy.Joint), "main"),
            ("pooled, no privacy", accuracy.Pooled, Percent(accuracy.Pooled), "good"),
        };
        bars.AddRange(accuracy.Alone.Select((value, i) => ($"hospital-{i + 1} alone", value, Percent(value), "grey")));
        page.Append(Svg.Bars("Accuracy by model", bars, 1));
        page.Append("<p>The joint model after each federated step:</p>");
        page.Append(Svg.Line("Accuracy after each step", accuracy.AfterStep, [("pooled", accuracy.Pooled)], Math.Floor(accuracy.AfterStep.Append(accuracy.Pooled).Min() * 10) / 10, 1));
    }

    public static void Members(StringBuilder page, IReadOnlyList<DemoMember> members) => Table(
        page,
        "Who took part",
        ["party", "role", "#records", "#malignant", "key"],
        members.Select(m => (string[])[m.Party, m.Role, m.Role == "hospital" ? Count(m.Records) : "", m.Role == "hospital" ? Percent(m.MalignantShare) : "", $"`{m.Fingerprint[..Math.Min(16, m.Fingerprint.Length)]}"]));

    public static void Training(StringBuilder page, DemoTraining training)
    {
        page.Append("<h2>Training</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{training.Steps} federated steps in {training.Rounds} rounds{(training.Aborted == 0 ? string.Empty : $", of which {training.Aborted} were aborted and run again")}: {training.Seconds:F1} s, {training.BytesPerParty:N0} bytes sent by a hospital that was always there. Registered as version {training.ModelVersion} with digest <code>{Svg.Text(training.ModelDigest)}</code>.</p>");
        foreach (var gone in training.Dropouts)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"gone\">{Svg.Text(gone.Party)} dropped out of round {gone.Round} in {Svg.Text(gone.Phase)}: {Svg.Text(gone.Reason)}. The others finished the round without it.</p>");
        }

        page.Append("<p>Seconds of each round, by phase:</p>");
        var longest = training.RoundLines.Max(r => r.Seconds.Values.Sum());
        page.Append(Svg.Stacked(
            "Seconds by round and phase",
            [.. training.RoundLines.Select(r => ($"round {r.Number}", Phases.Select(p => r.Seconds.GetValueOrDefault(p)).ToArray(), $"{Fixed(r.Seconds.Values.Sum())} s, {(r.Outcome == RoundStages.Completed ? $"{r.Survivors.Count} of 5" : "aborted")}"))],
            longest));
        page.Append("<div class=\"legend\">").AppendJoin(string.Empty, Phases.Select((p, i) => $"<span><i class=\"p{i}\"></i>{p}</span>")).Append("</div>");
        Table(page, null, ["phase", "#times", "#bytes sent by a hospital", "#seconds"], training.Phases.Select(p => (string[])[p.Phase, Count(p.Rounds), Count(p.BytesPerParty), Fixed(p.Seconds)]));
    }

    public static void Inference(StringBuilder page, DemoInference inference)
    {
        page.Append("<h2>Joint scores</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{inference.Patients} patients whose features are divided between {Svg.Text(string.Join(" and ", inference.ComputeParties))}, who compute on shares; correlated randomness by {Svg.Text(inference.Dealer)} ({inference.PreprocessingBytes:N0} bytes); the model given, and the scores learned, by {Svg.Text(inference.Receiver)} alone. {inference.RoundsPerParty} rounds, {inference.BytesPerParty:N0} bytes sent by each party, {inference.Seconds:F2} s.</p>");
        page.Append("<div class=\"pair\"><div>").Append(Svg.Scatter("Joint score against score in clear", [.. inference.Scores.Select(score => (score.Clear, score.Joint, score.Malignant))]));
        page.Append("</div><div>").Append(Svg.Errors("Joint score minus score in clear, by patient", [.. inference.Scores.Select(s => (s.Joint - s.Clear, s.Malignant))], Math.Pow(2, -10), "2^-10"));
        page.Append("</div></div>");
    }

    public static void Statistics(StringBuilder page, DemoStatistics statistics) => Table(
        page,
        "Published statistics",
        ["query", "#answer", "#95 % error bar", "#truth (known to this page only)", "#zCDP"],
        ((DemoStatistic[])[statistics.Count, statistics.Mean]).Select(s => (string[])[s.Query, Number(s.Value), $"± {Number(s.ErrorBar95)}", Number(s.Truth), Number(s.Rho)]));

    public static void Privacy(StringBuilder page, DemoPrivacy privacy)
    {
        page.Append("<h2>What it cost</h2>");
        page.Append(CultureInfo.InvariantCulture, $"<p>Each hospital keeps a ledger for its own records. The fullest, that of {Svg.Text(privacy.LedgerParty)}, stands at epsilon {Loss(privacy.LedgerEpsilon)} of {Number(privacy.Limit)} at delta {Small(privacy.Delta)}. Costs of several purposes are added as zCDP and then converted, so the epsilons below do not simply add up. Exact scores are disclosures: they have a quota, and no epsilon.</p>");
        page.Append(Svg.Bars(
            "Epsilon by purpose",
            [.. privacy.Spent.Select(s => (s.What, s.Epsilon, $"{Loss(s.Epsilon)} ({s.Charges})", "main")), ("together", privacy.LedgerEpsilon, Loss(privacy.LedgerEpsilon), "good"), ("limit", privacy.Limit, Number(privacy.Limit), "grey")],
            privacy.Limit));
        page.Append("<details><summary>Every line of every ledger</summary>");
        Table(
            page,
            null,
            ["party", "charge", "purpose", "status", "#cost"],
            privacy.Charges.Select(c => (string[])[c.Party, $"`{c.Id.Split('/', 3)[^1]}", c.Purpose, c.Status, c.Kind == "disclosure" ? $"{c.Count} outputs" : $"epsilon {Loss(c.Epsilon)}"]));
        page.Append("</details>");
    }

    public static void Refusals(StringBuilder page, IReadOnlyList<DemoRefusal> refusals) => Table(
        page, "What was refused", ["request", "code", "answer"], refusals.Select(r => (string[])[r.What, $"`{r.Code}", r.Message]));

    public static void Audit(StringBuilder page, DemoAudit audit) => page.Append("<h2>Audit log</h2>").Append(
        CultureInfo.InvariantCulture,
        $"<p>{audit.Entries} entries under the root <code>{Svg.Text(audit.Root)}</code>, and {audit.Ledgers} ledgers: {(audit.Verified ? "every hash and signature verified against the keys that a hospital pinned when it joined" : "VERIFICATION FAILED")}.</p>");

    /// <summary>A head that begins with # is of numbers; a cell that begins with ` is code.</summary>
    private static void Table(StringBuilder page, string? title, IReadOnlyList<string> heads, IEnumerable<string[]> rows)
    {
        string Kind(int column) => heads[column][0] == '#' ? " class=\"n\"" : string.Empty;
        page.Append(title is null ? string.Empty : $"<h2>{Svg.Text(title)}</h2>").Append("<div class=\"scroll\"><table><tr>");
        page.AppendJoin(string.Empty, heads.Select((head, i) => $"<th{Kind(i)}>{Svg.Text(head.TrimStart('#'))}</th>")).Append("</tr>");
        foreach (var row in rows)
        {
            page.Append("<tr>").AppendJoin(string.Empty, row.Select((cell, i) => $"<td{Kind(i)}>{(cell.StartsWith('`') ? $"<code>{Svg.Text(cell[1..])}</code>" : Svg.Text(cell))}</td>")).Append("</tr>");
        }

        page.Append("</table></div>");
    }

    private static void Fact(StringBuilder page, string value, string label) =>
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"fact\"><b>{Svg.Text(value)}</b><span>{Svg.Text(label)}</span></div>");

    private static string Percent(double value) => value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Fixed(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Number(double value) => Math.Abs(value) is > 0 and < 0.001 ? Small(value) : value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A bound on a loss is rounded up.</summary>
    private static string Loss(double epsilon) => (Math.Ceiling(epsilon * 1000) / 1000).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Small(double value) => value.ToString("0.#e+0", CultureInfo.InvariantCulture);
}
