using System.CommandLine;
using System.Text.Json;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Queries;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>query</c>: statistics over all parties' records, noised before anything is opened.</summary>
internal static class QueryCommands
{
    private const int Wait = 5000;

    public static Command Build()
    {
        var query = new Command("query", "Statistics over records, noised and charged: of one's own file, or of all parties jointly.") { Ask(), Count(), Mean(), List(), Show() };
        OwnQueryCommand.AddTo(query);
        return query;
    }

    private static Argument<string> Name() => new("query") { Description = "The query's name: a-z, 0-9 and hyphen. A name is answered once; the same question again gives the same answer." };

    private static Option<double> Rho() => new("--rho") { Description = "What each party's budget is charged, in zCDP: greater than 0. Less means more noise.", Required = true };

    private static Option<string?> Where() => new("--where") { Description = "COLUMN=VALUE: only records with that value." };

    private static Option<string> DataVersion() => new("--data-version")
    {
        Description = "Names the state of the parties' data, as 2026-q1: the same question about it is then answered from the first answer, at no cost (default: none is kept).",
        DefaultValueFactory = static _ => "",
    };

    private static Command Count()
    {
        var (name, rho, where, version, rounds) = (Name(), Rho(), Where(), DataVersion(), new RoundOptions());
        var command = new Command("count", "How many records there are: short for ask \"SELECT COUNT(*) FROM data WHERE ...\".") { name, rho, where, version };
        rounds.AddTo(command);
        command.Runs((parsed, output, cancel) => AskAsync(
            parsed, output, parsed.GetRequiredValue(name), parsed.GetValue(rho), parsed.GetValue(where), rounds, terms => terms with { DataVersion = parsed.GetRequiredValue(version) }, cancel));
        return command;
    }

    private static Command Mean()
    {
        var (name, rho, where, version, rounds) = (Name(), Rho(), Where(), DataVersion(), new RoundOptions());
        var column = new Option<string>("--column") { Description = "Of what.", Required = true };
        var low = new Option<double>("--low") { Description = "Lower values count as this one. Public; not from data.", Required = true };
        var high = new Option<double>("--high") { Description = "Higher values count as this one. Public; not from data.", Required = true };
        var command = new Command("mean", "The mean of a column, and the number of records: short for ask \"SELECT AVG(column), COUNT(*) FROM data WHERE ...\".") { name, rho, where, version, column, low, high };
        rounds.AddTo(command);
        command.Runs((parsed, output, cancel) => AskAsync(
            parsed, output, parsed.GetRequiredValue(name), parsed.GetValue(rho), parsed.GetValue(where), rounds,
            terms => terms with
            {
                Statistic = "mean",
                Column = parsed.GetRequiredValue(column),
                Low = parsed.GetValue(low),
                High = parsed.GetValue(high),
                DataVersion = parsed.GetRequiredValue(version),
            }, cancel));
        return command;
    }

    private static Command Ask()
    {
        var (name, rho, rounds) = (Name(), Rho(), new RoundOptions());
        var sql = new Argument<string>("sql") { Description = "As \"SELECT region, AVG(earnings) FROM data GROUP BY region\": docs/privacy/query-language.md." };
        var schema = new Option<string>("--schema") { Description = "Public bounds, keys and what one person may contribute, as JSON: the same for all parties.", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "States the cost and the expected errors, and asks nobody for records." };
        var expected = new Option<double>("--expected-rows") { Description = "Rows of a group over all parties, for the expected errors of means (default: 1000).", DefaultValueFactory = static _ => 1000 };
        var command = new Command("ask", "Counts, sums, means and variances over public keys, of all parties' records jointly.") { name, sql, schema, rho, dryRun, expected };
        rounds.AddTo(command);
        command.Runs(async (parsed, output, cancel) =>
        {
            var agreed = QueryFiles.Schema(parsed.GetRequiredValue(schema));
            var query = QueryFiles.Query(parsed.GetRequiredValue(sql), agreed);
            if (query.NotJoint() is { } fault)
            {
                throw new InputException(fault.Code, fault.Message);
            }

            if (!parsed.GetValue(dryRun))
            {
                using var document = JsonDocument.Parse(agreed.Encode());
                return await AskAsync(
                    parsed, output, parsed.GetRequiredValue(name), parsed.GetValue(rho), null, rounds,
                    terms => terms with { Statistic = "select", Sql = query.ToString(), Schema = document.RootElement.Clone() }, cancel);
            }

            var charge = BudgetCommands.Finite(parsed.GetValue(rho), "--rho", static r => r > 0, "greater than 0");
            using var gateway = parsed.Connect();
            var dry = JointDryRun.Of(query, charge, await rounds.ChooseAsync(parsed, gateway, cancel), BudgetCommands.Finite(parsed.GetValue(expected), "--expected-rows", static r => r is > 0 and < 1e12, "greater than 0"));
            output.Result(dry, console => JointDryRun.Print(console, dry));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All queries.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var queries = await gateway.Queries.ListAsync(cancel);
            output.Result(new Listing<QuerySummary>(queries), console =>
                console.Write(["query", "title", "since"], queries.Select(q => (IReadOnlyList<string>)[q.Query, q.Title, Tables.Time(q.CreatedAt)]), "Nothing was asked yet."));
        });
        return command;
    }

    private static Command Show()
    {
        var name = Name();
        var command = new Command("show", "A query, its answer and its rounds.") { name };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            Print(output, await gateway.Queries.GetAsync(parsed.GetRequiredValue(name), cancel: cancel));
        });
        return command;
    }

    private static async Task<int> AskAsync(
        ParseResult parsed, CommandOutput output, string name, double rho, string? where, RoundOptions rounds, Func<QueryTermsBody, QueryTermsBody> more, CancellationToken cancel)
    {
        var filter = where is null ? ["", ""] : where.Split('=', 2) is [{ Length: > 0 }, _] pair ? pair
            : throw new InputException("query.bad-filter", $"--where is '{where}': write COLUMN=VALUE, as diagnosis=malignant.");
        BudgetCommands.Finite(rho, "--rho", static r => r > 0, "greater than 0");
        using var gateway = parsed.Connect();
        var choice = await rounds.ChooseAsync(parsed, gateway, cancel);
        var terms = more(new QueryTermsBody(
            "count", rho, choice.Parties, choice.Budget, choice.Threshold, choice.Cohort, choice.Colluders, choice.PhaseSeconds, FilterColumn: filter[0], FilterValue: filter[1]));
        var body = await output.WithBarAsync($"Asking {name}", async _ =>
        {
            var query = await gateway.Queries.CreateAsync(name, terms, cancel);
            while (query.Status == "running")
            {
                query = await gateway.Queries.GetAsync(name, query.Version, Wait, cancel);
            }

            return query;
        });
        Print(output, body);
        return body.Status == "answered" ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static string Paid(QueryBody body) => body.Cached ? $", paid for by {body.AnsweredBy}: at no further cost" : "";

    private static void Print(CommandOutput output, QueryBody body) => output.Result(body, console =>
    {
        if (body.Answer is { Rows: { } rows } select)
        {
            console.Line($"{body.Query}: from {select.Contributors.Count} parties, at zCDP {Tables.Number(select.Rho)} each{Paid(body)}");
            console.Write(
                [.. rows.Take(1).SelectMany(r => r.Keys.Select((_, i) => $"key {i + 1}").Concat(r.Figures.Select(f => f.Name)))],
                rows.Select(r => (IReadOnlyList<string>)[.. r.Keys, .. r.Figures.Select(f => $"{Tables.Number(f.Value)} [{Tables.Number(f.Lower95)}, {Tables.Number(f.Upper95)}]")]), "There is no group.");
            RoundLines.Write(console, body.Rounds);
            return;
        }

        console.Line(body.Answer is { } answer
            ? $"{body.Query}: {Tables.Number(answer.Value)} +- {Tables.Number(answer.ErrorBar95)} (95 %){(body.Terms.Statistic == "mean" ? $" over about {Tables.Number(answer.Count)} records" : "")}, from {answer.Contributors.Count} parties, at zCDP {Tables.Number(answer.Rho)} each{Paid(body)}"
            : $"{body.Query}: {body.Status}{(body.Message is null ? "" : $". {body.Message}")}");
        RoundLines.Write(console, body.Rounds);
    });
}
