using System.Diagnostics;

namespace PrivacyGrains.Architecture.Tests;

/// <summary>The MSBuild property that picks the engine.</summary>
public class EngineSwitchTests
{
    [Theory]
    [InlineData(null, "Embedded")]
    [InlineData("embedded", "Embedded")]
    [InlineData("ORLEANS", "Orleans")]
    [InlineData("orleans", "Orleans")]
    public void GrainEngine_AnyCase_IsNormalised(string? given, string expected)
    {
        var (code, output) = MsBuild(given is null ? [] : [$"-p:GrainEngine={given}"], "-getProperty:GrainEngineName");
        Assert.Equal(0, code);
        Assert.Equal(expected, output.Trim());
    }

    [Fact]
    public void GrainEngine_UnknownValue_IsRefusedByName()
    {
        var (code, output) = MsBuild(["-p:GrainEngine=Akka"], "-t:RefuseUnknownGrainEngine");
        Assert.NotEqual(0, code);
        Assert.Contains("PG0001", output, StringComparison.Ordinal);
        Assert.Contains("Akka", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output) MsBuild(string[] properties, string question)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("GrainEngine");
        foreach (var argument in (string[])["msbuild", Repository.PathOf("src", "Grains.Abstractions", "Grains.Abstractions.csproj"), "-nologo", "-nodeReuse:false", .. properties, question])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
