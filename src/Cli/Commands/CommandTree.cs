using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;

namespace PrivacyGrains.Cli.Commands;

/// <summary>The command <c>privacygrains</c> and all below it.</summary>
internal static class CommandTree
{
    /// <summary>Builds the tree. A room adds its command here.</summary>
    public static RootCommand Build()
    {
        var root = new RootCommand("Organisations that may not show each other their data compute together.")
        {
            DemoCommand.Build(),
            UpCommand.Build(),
            JoinCommand.Build(),
            PartyCommands.Build(),
            KeyCommands.Build(),
            TrainCommands.Build(),
            QueryCommands.Build(),
            BudgetCommands.Build(),
            AccountCommands.Build(),
            ModelCommands.Build(),
            InferCommands.Build(),
            ScoreCommands.Build(),
            AuditCommands.Build(),
            BenchCommand.Build(),
        };
        foreach (var option in CommonOptions.All)
        {
            root.Add(option);
        }

        return root;
    }

    /// <summary>Runs a command line.</summary>
    /// <returns>0, or 2 where the input must be changed, or 1.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var parsed = Build().Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            var json = parsed.GetResult(CommonOptions.Json) is { Implicit: false };
            return new CommandOutput(json, output, error).Fail(new InputException("command.wrong", WhatIsWrong(parsed)));
        }

        // Long enough for a silo to close its journals.
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TimeSpan.FromSeconds(20), EnableDefaultExceptionHandler = false });
    }

    private static string WhatIsWrong(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var below = string.Join(", ", command.Subcommands.Select(c => c.Name));
        var wrong = (parsed.UnmatchedTokens, below) switch
        {
            ([], _) when below.Length == 0 || parsed.Errors[0].SymbolResult is not CommandResult =>
                string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), // an option's value
            ([], _) => $"Name one of: {below}.",
            ([var word, ..], "") => $"'{word}' is not understood.",
            ([var word, ..], _) => $"'{word}' is no command. Name one of: {below}.",
        };
        return $"{wrong} See: {string.Join(' ', Names(parsed))} --help";
    }

    private static IEnumerable<string> Names(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Command: not RootCommand } command; result = result.Parent)
        {
            names.Insert(0, command.Command.Name);
        }

        return names.Prepend("privacygrains");
    }
}
