using System.Diagnostics;
using System.Text.Json;
using PrivacyGrains.Testing;

namespace PrivacyGrains.EndToEnd.Tests.Demo;

/// <summary>Ctrl-C in the midst of a run.</summary>
[Collection(DemoCollection.Name)]
public class DemoInterruptTests
{
    [Fact]
    public async Task CtrlC_EndsAtOnce_SaysSo_AndLeavesAFolderThatGoesOn()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // no signal that another process could send
        }

        using var folder = new TempFolder();
        await using var run = DemoProcess.Start(folder.Path, "demo", "--json", "--data", "data", "--out", "out");
        Assert.True(await run.ToldAsync("round 1:"), run.Errors);
        using (var kill = Process.Start("kill", ["-INT", $"{run.ProcessId}"]))
        {
            await kill.WaitForExitAsync();
        }

        var (exit, output, errors) = await run.EndAsync();
        Assert.Equal((1, "command.cancelled"), (exit, JsonDocument.Parse(output).RootElement.GetProperty("error").GetProperty("code").GetString()));
        Assert.EndsWith("command.cancelled: Stopped before it was done.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("round 8:", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, "out", "report.html")));

        var document = await DemoProcess.DocumentAsync(folder.Path, "demo", "--json", "--data", "data", "--out", "out");
        Assert.True(document.GetProperty("resumed").GetBoolean());
        Assert.True(document.GetProperty("audit").GetProperty("verified").GetBoolean());
    }
}
