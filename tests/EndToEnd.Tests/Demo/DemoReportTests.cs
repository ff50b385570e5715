using Microsoft.Playwright;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>The report in a real browser.</summary>
[Collection(DemoCollection.Name)]
public class DemoReportTests(DemoWorld world)
{
    [Fact]
    public void Report_NamesNothingToFetch()
    {
        var html = File.ReadAllText(world.Report);
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.All((string[])["http://", "https://", "<script", "<link", "src=", "url(", "@import"], text => Assert.DoesNotContain(text, html, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(world.Document.GetProperty("training").GetProperty("modelDigest").GetString()!, html, StringComparison.Ordinal);
    }

    [RequiresTheory("browser")]
    [InlineData(1100)]
    [InlineData(390)]
    public async Task Report_InABrowser_DrawsEveryPlot_AsksForNothing_AndFitsTheWindow(int width)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Programs.Find("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        var (said, asked) = (new List<string>(), new List<string>());
        page.Console += (_, message) => said.Add(message.Text);
        page.PageError += (_, error) => said.Add(error);
        page.Request += (_, request) => asked.Add(request.Url);

        await page.GotoAsync(new Uri(world.Report).AbsoluteUri);
        Assert.Empty(said);
        Assert.Equal([new Uri(world.Report).AbsoluteUri], asked);

        var plots = await page.Locator("svg").AllAsync();
        Assert.Equal(6, plots.Count);
        foreach (var plot in plots)
        {
            var box = await plot.BoundingBoxAsync();
            Assert.True(box is { Width: > 200, Height: > 60 }, $"{await plot.GetAttributeAsync("aria-label")}: {box?.Width} x {box?.Height}");
        }

        Assert.Equal(50, await page.Locator("svg[aria-label^='Joint score against'] circle.dot").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than its window.");
    }
}
