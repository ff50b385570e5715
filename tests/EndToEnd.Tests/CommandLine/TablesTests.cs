using PrivacyGrains.Cli.Output;
using Spectre.Console;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

public class TablesTests
{
    [Fact]
    public void Line_LongerThanTheTerminal_IsNotBroken()
    {
        var key = "pgk_operator_" + new string('a', 200);
        Assert.Equal(key, Printed(console => console.Line(key)).TrimEnd());
    }

    [Fact]
    public void NameFromOutside_NeitherSteersTheTerminal_NorIsMarkup()
    {
        var printed = Printed(console => console.Write(["[red]head"], [["\u001b[2Jgone[/]"]], "none"));
        Assert.DoesNotContain('\u001b', printed);
        Assert.Contains("[2Jgone[/]", printed, StringComparison.Ordinal);
    }

    private static string Printed(Action<IAnsiConsole> print)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No });
        console.Profile.Width = 40;
        print(console);
        return writer.ToString();
    }
}
