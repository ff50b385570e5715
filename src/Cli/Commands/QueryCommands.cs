using System.CommandLine;
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
        var query = new Command("query", "Statistics over records, noised and charged: of one's own file, or of all parties jointly.") { Count(), Mean(), List(), Show() };
        OwnQueryCommand.AddTo(query);
        return query;
    }

    private static Argument<string> Name() => new("query") { Description = "The query's name: a-z, 0-9 and hyphen. A name is answered once; the same question again gives the same answer." };

    private static Option<double> Rho() => new("--rho") { Description = "What each party's budget is charged, in zCDP: greater than 0. Less means more noise.", Required = true };

    private static Option<string?> Where() => new("--where") { Description = "COLUMN=VALUE: only records with that value." };

    private static Command Count()
    {
        var (name, rho, where, rounds) = (Name(), Rho(), Where(), new RoundOptions());
        var command = new Command("count", "How many records there are.") { name, rho, where };
        rounds.AddTo(command);
        command.Runs((parsed, output, cancel) => AskAsync(parsed, output, parsed.GetRequiredValue(name), parsed.GetValue(rho), parsed.GetValue(where), rounds, terms => terms, cancel));
        return command;
    }

    private static Command Mean()
    {
        var (name, rho, where, rounds) = (Name(), Rho(), Where(), new RoundOptions());
        var column = new Option<string>("--column") { Description = "Of what.", Required = true };
        var low = new Option<double>("--low") { Description = "Lower values count as this one. Public; not from data.", Required = true };
        var high = new Option<double>("--high") { Description = "Higher values count as this one. Public; not from data.", Required = true };
        var command = new Command("mean", "The mean of a column, and the number of records.") { name, rho, where, column, low, high };
        rounds.AddTo(command);
        command.Runs((parsed, output, cancel) => AskAsync(
            parsed, output, parsed.GetRequiredValue(name), parsed.GetValue(rho), parsed.GetValue(where), rounds,
            terms => terms with { Statistic = "mean", Column = parsed.GetRequiredValue(column), Low = parsed.GetValue(low), High = parsed.GetValue(high) }, cancel));
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

    private static void Print(CommandOutput output, QueryBody body) => output.Result(body, console =>
    {
        console.Line(body.Answer is { } answer
            ? $"{body.Query}: {Tables.Number(answer.Value)} +- {Tables.Number(answer.ErrorBar95)} (95 %){(body.Terms.Statistic == "mean" ? $" over about {Tables.Number(answer.Count)} records" : "")}, from {answer.Contributors.Count} parties, at zCDP {Tables.Number(answer.Rho)} each"
            : $"{body.Query}: {body.Status}{(body.Message is null ? "" : $". {body.Message}")}");
        RoundLines.Write(console, body.Rounds);
    });
}
