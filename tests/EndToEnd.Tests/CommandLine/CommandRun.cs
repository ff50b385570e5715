using System.Text.Json;
using PrivacyGrains.Cli.Commands;

namespace PrivacyGrains.EndToEnd.Tests.CommandLine;

/// <summary>One command line, run in this process: what it said and its exit code.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static async Task<CommandRun> OfAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        var exit = await CommandTree.RunAsync(args, output, error);
        return new CommandRun(exit, output.ToString(), error.ToString());
    }

    /// <summary>The one document of <c>--json</c>.</summary>
    public JsonElement Document()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }

    /// <summary>The same run, which must have succeeded.</summary>
    public CommandRun Good()
    {
        Assert.True(ExitCode == 0, $"{ExitCode}: {Error}");
        return this;
    }
}

/// <summary>Options are shared between trees, so these tests run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class CommandLineCollection
{
    public const string Name = "command line";
}
