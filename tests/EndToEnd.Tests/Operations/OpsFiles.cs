using System.Text.Json;
using System.Text.RegularExpressions;

namespace PrivacyGrains.EndToEnd.Tests.Operations;

/// <summary>What an operator is given: the files below <c>ops/</c>, as they are in this checkout.</summary>
internal static partial class OpsFiles
{
    public static string Root { get; } = FindRoot();

    public static string Prometheus => Path.Combine(Root, "ops", "prometheus");

    public static string Dashboard => Path.Combine(Root, "ops", "grafana", "dashboards", "privacygrains.json");

    /// <summary>Every expression of the dashboard, with its panel's title and its legend.</summary>
    public static IReadOnlyList<PanelTarget> Targets()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllBytes(Dashboard));
        return
        [
            .. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
               where panel.GetProperty("type").GetString() != "row"
               from target in panel.GetProperty("targets").EnumerateArray()
               select new PanelTarget(panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!, target.GetProperty("legendFormat").GetString()!)
        ];
    }

    /// <summary>Names of our metrics in a text, as Prometheus knows them; a histogram's parts by its own name.</summary>
    public static IEnumerable<string> MetricsIn(string text) =>
        OurMetric().Matches(text).Select(m => PartOfHistogram().Replace(m.Value, "")).Distinct(StringComparer.Ordinal);

    /// <summary>The labels that a legend shows.</summary>
    public static IEnumerable<string> LabelsIn(string legend) => LegendLabel().Matches(legend).Select(m => m.Groups["label"].Value);

    [GeneratedRegex("privacygrains_[a-z_]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OurMetric();

    [GeneratedRegex("(?<=_seconds)_(bucket|sum|count)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PartOfHistogram();

    [GeneratedRegex(@"\{\{(?<label>\w+)\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LegendLabel();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run within a checkout.");
    }
}

/// <summary>One line or column of a panel.</summary>
internal sealed record PanelTarget(string Panel, string Expression, string Legend)
{
    /// <summary>The expression with Grafana's variables set as a scrape each second asks for.</summary>
    public string Asked => Expression.Replace("$__rate_interval", "20s", StringComparison.Ordinal);
}
