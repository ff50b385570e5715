using System.CommandLine;
using System.Globalization;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Privacy.Ledger;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>budget</c>: opening, charging and reading privacy budgets.</summary>
internal static class BudgetCommands
{
    public static Command Build()
    {
        var budget = new Command("budget", "Privacy budgets: what may be lost, and what was spent on what.") { Open(), List(), Statement() };
        ChargeCommands.AddTo(budget);
        return budget;
    }

    /// <summary>The argument <c>party/budget</c>.</summary>
    public static Argument<(string Party, string Budget)> Which() => new("budget")
    {
        Description = "As hospital-1/records.",
        CustomParser = static result =>
        {
            if (result.Tokens[0].Value.Split('/') is [{ Length: > 0 } party, { Length: > 0 } budget])
            {
                return (party, budget);
            }

            result.AddError($"'{result.Tokens[0].Value}' names no budget: write PARTY/BUDGET, as hospital-1/records.");
            return default;
        },
    };

    /// <summary>The option of limits below a budget's own.</summary>
    public static Option<string[]> Levels() => new("--level")
    {
        Description = "A further limit: analyst=NAME and/or period=quarter, epsilon=E, and delta=D where it is another. analyst=* is each alone; period (day, month, quarter, year) renews for "
            + "the rows of each block. Repeat for more.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>What <see cref="Levels"/> was given; a level without a delta has the budget's.</summary>
    public static IReadOnlyList<BudgetLevelBody> LevelsOf(string[]? given, double delta) => [.. (given ?? []).Select(l => Level(l, delta))];

    /// <summary>A finite number of an option, in its range.</summary>
    public static double Finite(double value, string option, Func<double, bool> fits, string range) =>
        double.IsFinite(value) && fits(value) ? value : throw new InputException("budget.bad-number", $"{option} is {value.ToString(CultureInfo.InvariantCulture)}: give a number {range}.");

    private static Command Open()
    {
        var which = Which();
        var epsilon = new Option<double>("--epsilon") { Description = "The limit.", Required = true };
        var delta = new Option<double>("--delta") { Description = "At which the limit holds, as 1e-6.", Required = true };
        var unit = new Option<string>("--unit") { Description = "What one privacy unit is (default: record).", DefaultValueFactory = static _ => "record" };
        var neighbours = new Option<string>("--neighbours") { Description = "add-remove (default) or replace-one.", DefaultValueFactory = static _ => "add-remove" };
        neighbours.AcceptOnlyFromAmong("add-remove", "replace-one");
        var quotas = new Option<string[]>("--quota") { Description = "PURPOSE=N: so many exact outputs for a purpose. Repeat for more.", AllowMultipleArgumentsPerToken = true };
        var levels = Levels();
        var aside = new Option<double>("--mechanism-delta") { Description = "The part of --delta set aside for charges with a delta of their own, as plans with sampling (default: 0)." };
        var command = new Command("open", "Opens a budget of the own party. It never grows.") { which, epsilon, delta, unit, neighbours, quotas, levels, aside };
        command.Runs(async (parsed, output, cancel) =>
        {
            var (party, budget) = parsed.GetRequiredValue(which);
            var terms = new BudgetTermsBody(
                Finite(parsed.GetValue(epsilon), "--epsilon", static e => e > 0, "greater than 0"),
                Finite(parsed.GetValue(delta), "--delta", static d => d is > 0 and < 1, "greater than 0 and less than 1"),
                parsed.GetRequiredValue(neighbours),
                parsed.GetRequiredValue(unit),
                (parsed.GetValue(quotas) ?? []).Select(Quota).ToDictionary(StringComparer.Ordinal),
                LevelsOf(parsed.GetValue(levels), parsed.GetValue(delta)),
                Finite(parsed.GetValue(aside), "--mechanism-delta", a => a >= 0 && a < parsed.GetValue(delta), "of 0 or more, less than --delta"));
            output.WarnOfDelta(terms.Delta);
            foreach (var level in (terms.Levels ?? []).Where(l => l.Delta != terms.Delta))
            {
                output.WarnOfDelta(level.Delta, "--level delta");
            }

            using var gateway = parsed.Connect();
            var statement = await gateway.Budgets.OpenAsync(party, budget, terms, cancel);
            output.Result(statement, console => console.Line($"{party}/{budget} is open: epsilon {Tables.Number(statement.Terms.Epsilon)} at delta {statement.Terms.Delta}, per {statement.Terms.Unit}."));
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All budgets and what is left of each.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var budgets = await gateway.Budgets.ListAsync(cancel);
            output.Result(new Listing<BudgetSummary>(budgets), console => console.Write(
                ["budget", "epsilon", "delta", "so far", "held", "left", "disclosures left"],
                budgets.Select(b => (IReadOnlyList<string>)(b.Available
                    ? [$"{b.Party}/{b.Budget}", Tables.Number(b.Epsilon), $"{b.Delta}", Tables.Number(b.EpsilonSoFar), Tables.Number(b.EpsilonReserved), Tables.Number(b.EpsilonLeft), Left(b.DisclosuresLeft)]
                    : [$"{b.Party}/{b.Budget}", "away", "", "", "", "", ""])),
                "No budget is open yet."));
        });
        return command;
    }

    private static Command Statement()
    {
        var which = Which();
        var format = new Option<string?>("--format") { Description = "text, json or html: a statement for a review board, drawn up from the verified ledger, with a forecast. It carries the ledger (but for text): 'budget verify --file' checks it." };
        format.AcceptOnlyFromAmong(StatementCommands.Formats);
        var file = new Option<FileInfo?>("--out") { Description = "The file to write (default: standard output; a page needs a file)." };
        var command = new Command("statement", "Limit, loss so far, what is left, and every charge.") { which, format, file };
        command.Runs(async (parsed, output, cancel) =>
        {
            var (party, budget) = parsed.GetRequiredValue(which);
            if (parsed.GetValue(format) is not null || parsed.GetValue(file) is not null)
            {
                return await StatementCommands.WriteAsync(parsed, output, (party, budget), parsed.GetValue(format) ?? "text", parsed.GetValue(file), cancel);
            }

            using var gateway = parsed.Connect();
            var s = await gateway.Budgets.StatementAsync(party, budget, cancel);
            output.Result(s, console =>
            {
                console.Line($"{party}/{budget}: epsilon {Tables.Number(s.EpsilonSoFar)} of {Tables.Number(s.Terms.Epsilon)} at delta {s.Terms.Delta}, per {s.Terms.Unit}, {s.Terms.Neighbours}");
                console.Line($"left {Tables.Number(s.EpsilonLeft)}, held {Tables.Number(s.EpsilonReserved)}, disclosures left: {(s.DisclosuresLeft.Count == 0 ? "none allowed" : Left(s.DisclosuresLeft))}");
                foreach (var level in s.Levels.Skip(1))
                {
                    console.Line($"{level.Level}: epsilon {Tables.Number(level.EpsilonSoFar)} of {Tables.Number(level.Epsilon)} at delta {level.Delta}, left {Tables.Number(level.EpsilonLeft)}");
                }

                console.Write(
                    ["charge", "kind", "purpose", "recipient", "status", "epsilon added", "count", "reserved"],
                    s.Charges.Select(c => (IReadOnlyList<string>)[
                        c.ChargeId, c.Kind, c.Blocks.Count == 0 ? c.Purpose : $"{c.Purpose} over {string.Join(", ", c.Blocks)}", c.Recipient, c.Status, c.Kind == "charge" ? Tables.Number(c.Epsilon) : "", c.Kind == "charge" ? "" : $"{c.Count}", Tables.Time(c.At)]),
                    "Nothing was charged yet.");
            });
            return ExitCodes.Success;
        });
        return command;
    }

    private static KeyValuePair<string, long> Quota(string text) =>
        text.Split('=') is [{ Length: > 0 } purpose, var count] && long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? KeyValuePair.Create(purpose, n)
            : throw new InputException("budget.bad-quota", $"--quota is '{text}': write PURPOSE=N, as score=50.");

    private static BudgetLevelBody Level(string text, double delta)
    {
        var parts = text.Split(',').Select(p => p.Split('=', 2)).ToList();
        var known = parts.All(p => p is ["analyst" or "period" or "epsilon" or "delta", { Length: > 0 }]) && parts.Select(p => p[0]).Distinct().Count() == parts.Count;
        var values = known ? parts.ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal) : [];
        return values.ContainsKey("analyst") || values.ContainsKey("period")
            ? new BudgetLevelBody(
                values.GetValueOrDefault("analyst"),
                values.GetValueOrDefault("period") is not { } period || BlockLengths.TryParse(period, out _) ? values.GetValueOrDefault("period") : throw Bad(),
                Number("epsilon", double.NaN), Number("delta", delta))
            : throw Bad();

        double Number(string name, double otherwise) =>
            !values.TryGetValue(name, out var value) ? double.IsNaN(otherwise) ? throw Bad() : otherwise
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number) ? number : throw Bad();

        InputException Bad() => new("budget.bad-level", $"--level is '{text}': write as analyst=alice,epsilon=1 or period=quarter,epsilon=0.5,delta=1e-7 (day, month, quarter or year), or both.");
    }

    private static string Left(IReadOnlyDictionary<string, long>? left) => string.Join(", ", (left ?? new Dictionary<string, long>()).Select(d => $"{d.Key} {d.Value}"));
}
