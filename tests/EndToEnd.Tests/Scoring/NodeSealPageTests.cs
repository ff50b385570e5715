using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Scoring;

/// <summary>The example's page in a real browser: keys are made and scores decrypted in it.</summary>
[Collection(ScoringCollection.Name)]
public sealed class NodeSealPageTests(ScoringWorld world)
{
    [RequiresTheory("node-seal", "browser")]
    [InlineData(1100, "batched")]
    [InlineData(390, "packed")]
    public async Task Page_ScoresAFile_ShowsScores_AndSpeaksToItsOwnOriginAlone(int width, string layout)
    {
        using var server = Process.Start(world.Node(["serve.mjs", "--gateway", world.Url, "--port", "0"]))!;
        try
        {
            var origin = (await server.StandardOutput.ReadLineAsync())!;
            using var playwright = await Playwright.CreateAsync();
            await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Programs.Find("chromium", "chromium-browser", "google-chrome", "google-chrome-stable") });
            var page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
            var (said, asked) = (new List<string>(), new List<string>());
            page.Console += (_, message) => said.Add(message.Text);
            page.PageError += (_, error) => said.Add(error);
            page.Request += (_, request) => asked.Add(request.Url);

            await page.GotoAsync(origin);
            await page.GetByLabel("API key").FillAsync((await File.ReadAllTextAsync(world.KeyFile)).Trim());
            await page.GetByLabel("Model").FillAsync("linear-8192");
            await page.GetByLabel("Rows (CSV)").SetInputFilesAsync(world.Input);
            await page.GetByLabel("Layout").SelectOptionAsync(layout);
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Score" }).ClickAsync();
            await page.Locator("#scores:visible, #failure:not(:empty)").First.WaitForAsync();

            Assert.Empty(await page.Locator("#failure").InnerTextAsync());
            var shown = await page.Locator("#scores tbody tr td:nth-child(2)").AllInnerTextsAsync();
            Assert.Equal(world.Probabilities.Length, shown.Count);
            Assert.All(world.Probabilities.Zip(shown), pair => Assert.InRange(pair.First - double.Parse(pair.Second, CultureInfo.InvariantCulture), -1e-5, 1e-5));
            Assert.Empty(said);
            Assert.All(asked.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)), url => Assert.StartsWith(origin, url, StringComparison.Ordinal));
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than its window.");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }
}
