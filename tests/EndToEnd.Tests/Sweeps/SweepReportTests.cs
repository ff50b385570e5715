using Microsoft.Playwright;
using PrivacyGrains.Cli.Sweeps;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Sweeps;

/// <summary>The frontier's page.</summary>
public sealed class SweepReportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Page_HasEveryFigure_AndNothingToFetch()
    {
        var html = SweepReport.Render(Document());
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.All((string[])["http://", "https://", "<script", "<link", "src=", "url(", "@import", "NaN"], text => Assert.DoesNotContain(text, html, StringComparison.OrdinalIgnoreCase));
        Assert.All((string[])["91.2 %", "± 3.4 %", "84.0 % to 97.0 %", "4.854", "not run", "refunded", "a &lt;name&gt;"], text => Assert.Contains(text, html, StringComparison.Ordinal));
    }

    [Fact]
    public void Chart_OfOneEpsilon_IsDrawn() => Assert.DoesNotContain("NaN", SweepReport.Render(Document() with { Frontier = [Document().Frontier[1]] }), StringComparison.Ordinal);

    [RequiresTheory("browser")]
    [InlineData(1100)]
    [InlineData(390)]
    public async Task Page_InABrowser_DrawsTheFrontier_AsksForNothing_AndFitsTheWindow(int width)
    {
        var file = Path.Combine(_folder.Path, "report.html");
        await File.WriteAllTextAsync(file, SweepReport.Render(Document()));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Programs.Find("chromium", "chromium-browser", "google-chrome", "google-chrome-stable") });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        var (said, asked) = (new List<string>(), new List<string>());
        page.Console += (_, message) => said.Add(message.Text);
        page.PageError += (_, error) => said.Add(error);
        page.Request += (_, request) => asked.Add(request.Url);
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        Assert.Empty(said);
        Assert.Equal([new Uri(file).AbsoluteUri], asked);
        Assert.Equal(2, await page.Locator("svg circle.trial").CountAsync());
        Assert.Equal(2, await page.Locator("svg line.noise").CountAsync());
        Assert.Equal("epsilon 1: 91.2 %", await page.Locator("svg circle.good title").TextContentAsync());

        // A greater accuracy lies higher, a greater epsilon further right.
        var (low, high) = (await page.Locator("svg circle.main").BoundingBoxAsync(), await page.Locator("svg circle.good").BoundingBoxAsync());
        Assert.True(high!.Y < low!.Y && high.X > low.X);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than its window.");
    }

    private static SweepDocument Document()
    {
        SweepPointDocument[] points =
        [
            new(0.5, "released", 6, 0.803, 0.12, 0.65, 0.95, false, 0.5), new(1, "released", 6, 0.912, 0.034, 0.84, 0.97, true, 1), new(2, "not-run", null, null, null, null, null, false, 2),
        ];
        return new SweepDocument(
            "reached", 0.85, points[1], points, new(4.8532, 1e-5, "add or remove one record", 5), new("one-trial", 1, null, null, "none"), new("held-back", 0.25),
            new("a <name>", 5, 1e-5, 2.3, 2.7, [new("sweep/1/epsilon-0.5", "sweep: best trial at epsilon 0.5", "committed", 0.5), new("sweep/1/epsilon-2", "sweep: best trial at epsilon 2", "refunded", 2)]), ["Nothing."], "model.safetensors");
    }
}
