using System.Text.RegularExpressions;

namespace PrivacyGrains.Architecture.Tests;

/// <summary>Rules that the compiler does not know.</summary>
public partial class SourceTests
{
    [Fact]
    public void NoSource_HasConditionalCompilation()
    {
        Assert.Empty(Lines("src").Concat(Lines("tests")).Where(line => Conditional().IsMatch(line.Text)).Select(line => line.Place));
    }

    [Theory]
    [InlineData("Arithmetic")]
    [InlineData("Protocols")]
    [InlineData("Privacy")]
    [InlineData("Learning")]
    public void PureProject_HasNoInputOutputClockOrLogger(string project)
    {
        Assert.Empty(Lines("src", project).Where(line => Impure().IsMatch(line.Text)).Select(line => line.Place + ": " + line.Text.Trim()));
    }

    [Fact]
    public void Grains_NeverLeaveTheirTurn()
    {
        Assert.Empty(Lines("src", "Grains").Where(line => line.Text.Contains("ConfigureAwait", StringComparison.Ordinal)).Select(line => line.Place));
    }

    [Fact]
    public void Gateway_HasNoCryptographyBesideHashingItsKeys()
    {
        Assert.Empty(Lines("src", "Gateway").Where(line => Crypto().IsMatch(line.Text)).Select(line => line.Place + ": " + line.Text.Trim()));
    }

    [Fact]
    public void Decisions_FitOnAPage()
    {
        var long60 = Directory.EnumerateFiles(Repository.PathOf("docs", "adr"), "*.md").Where(file => File.ReadLines(file).Count() > 60);
        Assert.Empty(long60.Select(Path.GetFileName));
    }

    [Fact]
    public void Readme_BeginsWithTwoOneLineCommands()
    {
        var fences = ShellFence().Matches(File.ReadAllText(Repository.PathOf("README.md"))).Take(2).Select(match => match.Groups["line"].Value.Trim());
        Assert.Equal(["dotnet run -c Release --project src/Cli -- demo", "./test"], fences);
    }

    private static IEnumerable<(string Place, string Text)> Lines(params string[] folder) =>
        Repository.Sources(folder).SelectMany(file => File.ReadLines(file)
            .Select((text, index) => ($"{Path.GetRelativePath(Repository.Root, file)}:{index + 1}", text)));

    [GeneratedRegex(@"^\s*#(if|elif|else|endif)\b")]
    private static partial Regex Conditional();

    [GeneratedRegex(@"^(?!\s*//).*(\basync\b|\bILogger\b|\bTimeProvider\b|\bGuid\.NewGuid\b|\bFile\.|\bDirectory\.|\bHttpClient\b|\bIServiceProvider\b|\bConsole\.)")]
    private static partial Regex Impure();

    [GeneratedRegex(@"^(?!\s*//).*\b(Aes|AesGcm|ECDsa|ECDiffieHellman|HKDF|RSA)\b")]
    private static partial Regex Crypto();

    [GeneratedRegex("^```sh\\s*\\n(?<line>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex ShellFence();
}
