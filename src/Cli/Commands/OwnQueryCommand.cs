using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Queries.Own;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Privacy.Queries.Schemas;
using PrivacyGrains.Privacy.Queries.Selects;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What <c>query ledger --json</c> prints.</summary>
/// <param name="Folder">Where.</param>
/// <param name="Epsilon">The limit.</param>
/// <param name="Delta">At which it holds.</param>
/// <param name="Guards">Whom, and how neighbours differ.</param>
/// <param name="EpsilonSoFar">Rounded up.</param>
/// <param name="EpsilonLeft">Rounded down.</param>
/// <param name="Charges">How many were made.</param>
/// <param name="HeadHash">The chain's hash: note it elsewhere, and a rewritten ledger shows.</param>
/// <param name="Limits">Further limits, of analysts and of periods; none where there are none.</param>
/// <param name="Levels">Where each level stands that a charge has met, the data set's first.</param>
internal sealed record OwnLedgerDocument(
    string Folder, double Epsilon, double Delta, string Guards, double EpsilonSoFar, double EpsilonLeft, int Charges, string HeadHash,
    IReadOnlyList<BudgetLevelBody> Limits, IReadOnlyList<LevelStandingBody> Levels);

/// <summary><c>query "SELECT ..." --data --schema</c>: one party's own rows, answered in this process; and <c>query ledger</c>, a budget in a folder for them.</summary>
internal static class OwnQueryCommand
{
    private const string Party = "own"; // a ledger in a folder has one owner: whoever has the folder

    private static readonly Argument<string?> Sql = new("sql") { Description = "As \"SELECT region, AVG(earnings) FROM data GROUP BY region\": docs/privacy/query-language.md.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Data = new("--data") { Description = "The party's own CSV file, answered here. For many parties: query ask." };
    private static readonly Option<string?> SchemaFile = new("--schema") { Description = "Public bounds, keys and what one person may contribute, as JSON." };
    private static readonly Option<double?> EpsilonLimit = new("--epsilon") { Description = "The most that the answer may cost by itself." };
    private static readonly Option<double?> DeltaLimit = new("--delta") { Description = "The probability with which that may fail, as 1e-6." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "States the cost and the expected errors; reads no data and spends nothing." };
    private static readonly Option<double> ExpectedRows = new("--expected-rows") { Description = "Rows of a group, for the expected errors of means (default: 1000).", DefaultValueFactory = static _ => 1000 };
    private static readonly Option<string?> Ledger = new("--ledger") { Description = "The folder of the ledger that pays: see query ledger." };
    private static readonly Option<string?> Budget = new("--budget") { Description = "Or the own party's budget that pays, through the gateway; with --folder." };
    private static readonly Option<string?> Analyst = new("--analyst") { Description = "Who asks, for the ledger (default: analyst; with --budget, the party)." };

    public static void AddTo(Command query)
    {
        query.Add(Sql);
        foreach (var option in (Option[])[Data, SchemaFile, EpsilonLimit, DeltaLimit, DryRun, ExpectedRows, Ledger, Budget, Analyst])
        {
            query.Add(option);
        }

        query.Add(OpenLedger());
        query.Runs(RunAsync);
    }

    private static async Task RunAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        if (parsed.GetValue(Sql) is not { } sql || parsed.GetValue(SchemaFile) is not { } schemaFile || (parsed.GetValue(Data) is null && !parsed.GetValue(DryRun)))
        {
            throw new InputException(
                "command.wrong", $"Give \"SELECT ...\" with --data FILE, --schema FILE, --epsilon and --delta; or name one of: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name))}. See: privacygrains query --help");
        }

        var query = QueryFiles.Query(sql, QueryFiles.Schema(schemaFile));
        var epsilon = BudgetCommands.Finite(parsed.GetValue(EpsilonLimit) ?? double.NaN, "--epsilon", static e => e > 0, "greater than 0");
        var delta = BudgetCommands.Finite(parsed.GetValue(DeltaLimit) ?? double.NaN, "--delta", static d => d is > 0 and < 1, "greater than 0 and less than 1");
        var rows = BudgetCommands.Finite(parsed.GetValue(ExpectedRows), "--expected-rows", static r => r is > 0 and < 1e12, "greater than 0 and less than 1e12");
        if (!LocalPlan.TryCreate(query, Privacy.Accounting.Epsilon.Create(epsilon), Delta.Create(delta), out var plan, out var fault))
        {
            throw new InputException(fault.Code, fault.Message);
        }

        output.WarnOfDelta(delta);
        if (parsed.GetValue(DryRun))
        {
            using var payer = Purse(parsed);
            var dry = await OwnQuery.DryRunAsync(plan, payer, rows, cancel);
            output.Result(dry, console => Print(console, dry));
            return;
        }

        using var purse = Purse(parsed);
        var answer = await OwnQuery.RunAsync(plan, parsed.GetValue(Data)!, purse, rows, cancel);
        output.Result(answer, console => Print(console, answer));
    }

    private static IQueryPurse? Purse(ParseResult parsed)
    {
        var (ledger, budget) = (parsed.GetValue(Ledger), parsed.GetValue(Budget));
        if (ledger is not null && budget is not null)
        {
            throw new InputException("command.wrong", "Name --ledger or --budget, not both: one answer is paid for once.");
        }

        if (ledger is not null)
        {
            return new FolderPurse(LedgerFolder.Open(ledger, create: false, TimeProvider.System), parsed.GetValue(Analyst) ?? "analyst");
        }

        return budget is null ? null
            : new GatewayPurse(parsed.Connect(), parsed.OwnParty(), budget, parsed.GetValue(Analyst) ?? parsed.OwnParty(), AnswerBook.Open(Path.Combine(parsed.GetValue(CommonOptions.Folder)!, "answers.jsonl")));
    }

    private static Command OpenLedger()
    {
        var folder = new Argument<string>("folder") { Description = "Where the ledger is, or will be." };
        var epsilon = new Option<double?>("--epsilon") { Description = "Opens it with this limit; it never grows. Without it the ledger is only shown." };
        var delta = new Option<double?>("--delta") { Description = "At which the limit holds, as 1e-6." };
        var schema = new Option<string?>("--schema") { Description = "Whom the budget guards (default: single records, added or removed)." };
        var levels = BudgetCommands.Levels();
        var command = new Command("ledger", "Opens or shows a budget in a folder, for queries of one's own rows without a consortium.") { folder, epsilon, delta, schema, levels };
        command.Runs((parsed, output, _) =>
        {
            var path = parsed.GetRequiredValue(folder);
            var opens = parsed.GetValue(epsilon) is not null;
            var definition = opens ? Definition(path, parsed.GetValue(epsilon)!.Value, parsed.GetValue(delta), parsed.GetValue(schema), parsed.GetValue(levels)) : null;
            if (!opens && parsed.GetValue(levels) is { Length: > 0 })
            {
                throw new InputException("command.wrong", "--level is fixed when the ledger is opened: give it with --epsilon and --delta.");
            }

            if (definition is not null && BudgetLedger.Empty.Open(definition, TimeProvider.System.GetUtcNow()).Outcome is { Stands: false } wrong)
            {
                throw new InputException(wrong.Code, wrong.Message); // before there is a folder
            }

            using var ledger = LedgerFolder.Open(path, opens, TimeProvider.System);
            if (definition is not null)
            {
                output.WarnOfDelta(definition.Limit.Delta.Value);
                ledger.Decide((l, now) => l.Open(definition, now));
            }

            var shown = Document(path, ledger.Ledger);
            output.Result(shown, console => Print(console, shown));
            return Task.CompletedTask;
        });
        return command;
    }

    private static OwnLedgerDocument Document(string path, BudgetLedger ledger) => new(
        path, ledger.Definition.Limit.Epsilon.Value, ledger.Definition.Limit.Delta.Value, ledger.Definition.Neighbours.ToString(), ledger.EpsilonSoFar, ledger.EpsilonLeft, ledger.Charges.Count(), ledger.Head.Hash,
        [.. ledger.Definition.Levels.Select(l => new BudgetLevelBody(l.Analyst, l.Period?.ToName(), l.Limit.Epsilon.Value, l.Limit.Delta.Value))],
        [.. ledger.ToStatement().Levels.Select(l => new LevelStandingBody(
            l.Level.ToString(), l.Level.Analyst, l.Level.Block, l.Limit.Epsilon.Value, l.Limit.Delta.Value, l.LossSoFar, l.Left))]);

    private static void Print(IAnsiConsole console, OwnLedgerDocument shown)
    {
        console.Line(
            $"{shown.Folder}: epsilon {Tables.Number(shown.EpsilonSoFar)} of {Tables.Number(shown.Epsilon)} at delta {shown.Delta} spent in {shown.Charges} charges, {Tables.Number(shown.EpsilonLeft)} left; guards those who {shown.Guards}.");
        if (shown.Limits.Count == 0)
        {
            return;
        }

        console.Line($"Within that: {string.Join("; ", shown.Limits.Select(l => $"{Whose(l)} epsilon {Tables.Number(l.Epsilon)} at delta {l.Delta}"))}.");
        console.Write(
            ["level", "epsilon", "so far", "left"],
            shown.Levels.Select(l => (IReadOnlyList<string>)[l.Level, Tables.Number(l.Epsilon), Tables.Number(l.EpsilonSoFar), Tables.Number(l.EpsilonLeft)]), "");

        static string Whose(BudgetLevelBody l) =>
            (l.Analyst switch { null => "", BudgetLevel.EachAnalyst => "each analyst", var one => $"analyst {one}" } + (l.Period is null ? "" : $" rows of each {l.Period}")).Trim();
    }

    private static BudgetDefinition Definition(string path, double epsilon, double? delta, string? schemaFile, string[]? levels)
    {
        BudgetCommands.Finite(epsilon, "--epsilon", static e => e > 0, "greater than 0");
        var d = BudgetCommands.Finite(delta ?? double.NaN, "--delta", static d => d is > 0 and < 1, "greater than 0 and less than 1");
        var schema = schemaFile is null ? new TableSchema([]) : QueryFiles.Schema(schemaFile);
        try
        {
            // A quarter of delta is set aside for answers that select their keys privately, whose failure has a probability of its own.
            var limit = BudgetLimit.Create(Privacy.Accounting.Epsilon.Create(epsilon), Delta.Create(d), d / 4);
            var relation = RelationNames.TryParse(schema.Neighbours, out var named) ? named : NeighbouringRelation.AddRemove;
            return new BudgetDefinition(Party, Path.GetFileName(Path.GetFullPath(path)).Replace(' ', '-'), limit, new Neighbours(relation, PrivacyUnit.Create(schema.Unit)), [])
            {
                Levels = [.. BudgetCommands.LevelsOf(levels, d).Select(Level).OrderBy(l => l.Analyst, StringComparer.Ordinal).ThenBy(l => l.Period)],
            };
        }
        catch (ArgumentException e)
        {
            throw new InputException("budget.bad-number", e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private static BudgetLevel Level(BudgetLevelBody level)
    {
        BlockLength? period = BlockLengths.TryParse(level.Period, out var length) ? length : null;
        try
        {
            return new BudgetLevel(level.Analyst, period, BudgetLimit.Create(Privacy.Accounting.Epsilon.Create(level.Epsilon), Delta.Create(level.Delta), level.Delta / 4));
        }
        catch (ArgumentException e)
        {
            throw new InputException("budget.bad-level", $"--level of epsilon {level.Epsilon} at delta {level.Delta}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void Print(IAnsiConsole console, OwnAnswer answer)
    {
        console.Line(answer.Query);
        if (answer.Rows is { } rows)
        {
            console.Write(
                answer.Columns,
                rows.Select(r => (IReadOnlyList<string>)[.. r.Keys, .. r.Figures.Select(f => $"{Tables.Number(f.Value)} [{Tables.Number(f.Lower95)}, {Tables.Number(f.Upper95)}]")]),
                "No group was released.");
        }
        else
        {
            console.Write(
                ["figure", "expected error (95 %)", "for rows"],
                answer.ExpectedErrors.Select(e => (IReadOnlyList<string>)[e.Name, $"+- {Tables.Number(e.Error95)}", e.Rows?.ToString("0", CultureInfo.InvariantCulture) ?? "any"]), "");
        }

        console.Line($"Cost: epsilon {Tables.Number(answer.Epsilon)} at delta {answer.Delta}{(answer.Cached ? ", paid before" : answer.Charged ? "" : ", not charged")}; protects those who {answer.Neighbours}. Split: {string.Join(", ", answer.Split.Select(s => $"{s.What} {s.Share:P0}"))}.");
        if (answer.EpsilonLeft is { } left)
        {
            console.Line($"Left: epsilon {Tables.Number(left)}{(answer.Blocks is { } blocks ? $" for rows of {string.Join(", ", blocks)}, which alone are used" : "")}.");
        }

        if (answer.Note.Length > 0)
        {
            console.Line(answer.Note);
        }
    }
}
