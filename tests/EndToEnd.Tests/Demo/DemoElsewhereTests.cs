using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>The demo's parties act on a consortium that another process runs.</summary>
[Collection(DemoCollection.Name)]
public class DemoElsewhereTests
{
    [Fact]
    public async Task Url_OfARunningConsortium_PlaysThere()
    {
        using var folder = new TempFolder();
        var data = Path.Combine(folder.Path, "data");
        await using var up = DemoProcess.Start(folder.Path, "up", "--consortium", "somewhere", "--data", data, "--urls", "http://127.0.0.1:0", "--verbose");
        Assert.True(await up.ToldAsync("Now listening on"), up.Errors);
        var line = up.Errors.Split('\n').First(l => l.Contains("Now listening on", StringComparison.Ordinal));
        var url = line[line.IndexOf("http://", StringComparison.Ordinal)..].TrimEnd('/', '.');

        var document = await DemoProcess.DocumentAsync(
            folder.Path, "demo", "--json", "--url", url, "--key-file", Path.Combine(data, "operator.key"), "--data", data, "--out", Path.Combine(folder.Path, "out"));
        Assert.True(DemoOptionTests.At(document, "audit.verified").GetBoolean());
        Assert.InRange(DemoOptionTests.At(document, "accuracy.joint").GetDouble(), 0.9, 1);
    }
}
