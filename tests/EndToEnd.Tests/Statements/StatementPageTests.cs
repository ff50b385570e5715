using Microsoft.Playwright;
using PrivacyGrains.Cli.Reports;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Statements;

/// <summary>A statement's page in a real browser, with texts that would do harm if they were not escaped.</summary>
public class StatementPageTests
{
    private const string Harm = "</script><img src=x onerror=\"document.title='harmed'\"><script>document.title='harmed'</script> & 'more'";

    [Fact]
    public void Page_NamesNothingToFetch_AndEscapesWhatOthersWrote()
    {
        var html = StatementPage.Render(Statement());
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.All((string[])["http://", "https://", "<link", "<img", "url(", "@import", "document.title='"], text => Assert.DoesNotContain(text, html, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(2, html.Split("</script>").Length);
    }

    [Fact]
    public void Text_HasNoControlCharacters() =>
        Assert.DoesNotContain('\u001b', StatementText.Render(Statement() with { Charges = [Statement().Charges[0] with { Purpose = "a\u001b[2Jb" }] }));

    [RequiresTheory("browser")]
    [InlineData(1100)]
    [InlineData(390)]
    public async Task Page_InABrowser_ShowsEveryLine_AsksForNothing_AndFitsTheWindow(int width)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "statement.html");
        await File.WriteAllTextAsync(file, StatementPage.Render(Statement()));
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

        await page.GotoAsync(new Uri(file).AbsoluteUri);

        Assert.Empty(said);
        Assert.Equal([new Uri(file).AbsoluteUri], asked);
        Assert.Equal("Privacy budget city/trips", await page.TitleAsync());
        Assert.Contains(Harm, await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(1 + 1 + 1 + 1, await page.Locator("tbody tr").CountAsync()); // a level, a charge, a quota, a witness
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than its window.");
    }

    private static StatementDocument Statement()
    {
        var (at, head) = (DateTimeOffset.UnixEpoch, new LedgerHeadBody("city", "trips", 2, new string('a', 64), []));
        return new StatementDocument(
            StatementDocument.KindName, at, "city", "trips", new BudgetTermsBody(8, 1e-6, "add-remove", "rider"), at,
            [new("data set", 8, 1e-6, 3.5, 4.5, 0.25, 1, at.AddDays(3))],
            "At the mean rate.",
            [new("q", "charge", Harm, "alice", "committed", at, at, "", ["2026-Q4"], new string('b', 64), 0, 0.1, 3.5, 1.2, null)],
            [new("score", "*", 1, 5)],
            new LedgerExport(head, [], []),
            [new("hospital-1", [], head, [])]);
    }
}
