using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Scoring;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>score</c>: rows are encrypted here, scored by a service that cannot read them, and decrypted here.</summary>
internal static class ScoreCommands
{
    private static readonly Option<bool> Encrypted = new("--encrypted") { Description = "Encrypts the rows here and decrypts the scores here: the service sees neither." };
    private static readonly Option<string?> Model = new("--model") { Description = "Which model: see 'score models'." };
    private static readonly Option<string?> Input = new("--input") { Description = "The rows: a CSV file with a header." };
    private static readonly Option<string[]> Columns = new("--columns") { Description = "The columns to take, in the model's order (default: the model's own names, else all columns).", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Version = new("--version-number") { Description = "Which version (default: the newest)." };
    private static readonly Option<string?> Layout = new("--layout") { Description = "batched (many rows at once) or packed (one row in one ciphertext); default: as fits the number of rows." };
    private static readonly Option<string?> Digest = new("--digest") { Description = "The digest that the model must have, as its owner told it; else nothing is sent." };
    private static readonly Option<string?> Keys = new("--keys") { Description = "A file of 'score keys make', so that keys are not uploaded anew." };
    private static readonly Option<string?> Out = new("--out") { Description = "A CSV file for the scores." };

    public static Command Build()
    {
        Layout.AcceptOnlyFromAmong("batched", "packed");
        var command = new Command("score", "Scores rows that stay encrypted.") { Models(), Show(), ScoreKeyCommands.Build(), ScoreRegisterCommand.Build(), Allow(), Retire() };
        foreach (var option in (Option[])[Encrypted, Model, Input, Columns, Version, Layout, Digest, Keys, Out])
        {
            command.Add(option);
        }

        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        if (!parsed.GetValue(Encrypted) || parsed.GetValue(Input) is not { } input || (parsed.GetValue(Model) is null && parsed.GetValue(Keys) is null))
        {
            throw new InputException(
                "command.wrong", $"Name one of: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name))}; or give --encrypted with --model and --input. See: privacygrains score --help");
        }

        var table = CsvTable.Read(input);
        var options = new ScoringOptions { Version = parsed.GetValue(Version), Digest = parsed.GetValue(Digest), Layout = parsed.GetValue(Layout) };
        using var gateway = parsed.Connect();
        var clock = gateway.Connection.Clock;
        var start = clock.GetTimestamp();
        using var client = parsed.GetValue(Keys) is { } file
            ? await EncryptedScoringClient.ResumeAsync(gateway.EncryptedModels, file, options, cancel)
            : await OpenAsync(parsed.GetRequiredValue(Model)!, options, table.Rows);
        var opened = clock.GetElapsedTime(start).TotalSeconds;
        if (parsed.GetValue(Model) is { } named && named != client.Model)
        {
            throw new InputException("scoring.other-model", $"The keys are for {client.Model}, not {named}.");
        }

        var rows = table.Numbers(ColumnsOf(parsed, client.Version, table)).ToArray();
        var scored = await output.WithBarAsync($"Scoring {rows.Length} rows", _ => client.ScoreAsync(rows, cancel));
        if (parsed.GetValue(Keys) is null)
        {
            await gateway.EncryptedModels.DeleteKeySetAsync(client.Model, client.KeySet, cancel);
        }

        var written = parsed.GetValue(Out) is { } path ? await ScoreFile.WriteAsync(path, scored.Scores, cancel) : null;
        Print(output, client, scored, opened, written);

        Task<EncryptedScoringClient> OpenAsync(string model, ScoringOptions asked, int count)
        {
            // One layout's keys are enough: Galois keys are long.
            string[]? layouts = asked.Layout is { } layout ? [layout] : count == 1 ? null : ["batched"];
            return output.WithBarAsync("Making and uploading keys", _ => EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, model, asked, layouts, cancel));
        }
    }

    private static void Print(CommandOutput output, EncryptedScoringClient client, ScoredRows scored, double opened, string? written)
    {
        var document = new EncryptedScoresDocument(
            client.Model, scored.Version, client.Version.Digest, scored.Layout, scored.Scores, scored.Requests, scored.RowsCounted, scored.RowsLeft, scored.BytesUp, scored.BytesDown,
            new EncryptedSecondsBody(opened, scored.Seconds.Encrypt, scored.Seconds.Service, scored.Seconds.Decrypt), scored.ErrorBound, written);
        output.Result(document, console =>
        {
            const int Shown = 20;
            console.Write(
                ["row", .. Enumerable.Range(1, client.Version.Outputs).Select(i => client.Version.Outputs == 1 ? "score" : $"output {i}")],
                scored.Scores.Take(Shown).Select((row, i) => (IReadOnlyList<string>)[$"{i + 1}", .. row.Select(value => Tables.Number(value))]), "No row.");
            if (scored.Scores.Length > Shown)
            {
                console.Line(written is null ? $"... and {scored.Scores.Length - Shown} more rows: --json or --out has them all" : $"... and {scored.Scores.Length - Shown} more rows");
            }

            console.Line($"{scored.Scores.Length} rows in {scored.Requests} requests ({scored.Layout}); each answer is within {scored.ErrorBound:0.0e0} of the model's, by the plan");
            console.Line($"{scored.BytesUp:N0} bytes of ciphertexts up, {scored.BytesDown:N0} down; keys {opened:0.00} s, encrypting {scored.Seconds.Encrypt:0.00} s, the service {scored.Seconds.Service:0.00} s, decrypting {scored.Seconds.Decrypt:0.00} s");
            console.Line($"{scored.RowsCounted:N0} rows counted (all that the slots can hold), {scored.RowsLeft:N0} left");
        });
    }

    private static IReadOnlyList<string> ColumnsOf(ParseResult parsed, EncryptedVersionBody version, CsvTable table)
    {
        string[] named = [.. (parsed.GetValue(Columns) ?? []).SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        var columns = named.Length > 0 ? named : version.Features.Count > 0 ? version.Features : table.Header;
        return columns.Count == version.Inputs
            ? columns
            : throw new InputException("scoring.wrong-columns", $"{columns.Count} columns were given; the model takes {version.Inputs}. Name them with --columns, in the model's order.");
    }

    private static Command Models()
    {
        var command = new Command("models", "All models that score encrypted rows.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var models = await gateway.EncryptedModels.ListAsync(cancel);
            output.Result(new Listing<EncryptedModelSummary>(models), console =>
                console.Write(["model", "title", "since"], models.Select(m => (IReadOnlyList<string>)[m.Model, m.Title, Tables.Time(m.CreatedAt)]), "No model is registered yet."));
        });
        return command;
    }

    private static Command Show()
    {
        var model = new Argument<string>("model") { Description = "Which." };
        var command = new Command("show", "A model: versions, parameters, layouts, and what is left of the quota.") { model };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            Print(output, await gateway.EncryptedModels.GetAsync(parsed.GetRequiredValue(model), cancel));
        });
        return command;
    }

    internal static void Print(CommandOutput output, EncryptedModelBody body) => output.Result(body, console =>
    {
        console.Write(
            ["version", "inputs", "outputs", "degree", "primes", "layout", "rows counted", "keys", "error", "flooding", "status", "digest"],
            body.Versions.SelectMany(v => v.Layouts.Select(l => (IReadOnlyList<string>)
            [
                $"{v.Version}", $"{v.Inputs}", $"{v.Outputs}", $"{v.Parameters.Degree}", string.Join(' ', v.Parameters.PrimeBits), l.Layout, $"{l.RowsCounted}",
                string.Join(' ', l.Keys), $"{l.ErrorBound:0.0e0}", $"{l.FloodingBits} bits", v.Status, v.Digest[..16],
            ])),
            "It has no version.");
        console.Line($"owned by {body.Owner}; {body.Quota.Left:N0} of {body.Quota.Rows:N0} rows are left to {body.Quota.Credential}");
    });

    private static Command Allow()
    {
        var (model, credential, rows) = (new Argument<string>("model") { Description = "Which." }, new Argument<string>("credential") { Description = "The key's public name." }, new Argument<long>("rows") { Description = "How many, in all." });
        var command = new Command("allow", "Sets how many rows a credential may ask for in all. For the model's owner.") { model, credential, rows };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var quota = await gateway.EncryptedModels.AllowAsync(parsed.GetRequiredValue(model), parsed.GetRequiredValue(credential), parsed.GetValue(rows), cancel);
            output.Result(quota, console => console.Line($"{quota.Credential} may ask for {quota.Rows:N0} rows; {quota.Used:N0} are used."));
        });
        return command;
    }

    private static Command Retire()
    {
        var (model, version) = (new Argument<string>("model") { Description = "Which." }, new Argument<int>("version") { Description = "Which version." });
        var reason = new Option<string>("--reason") { Description = "One line, public.", Required = true };
        var command = new Command("retire", "Ends a version's use.") { model, version, reason };
        command.Runs(async (parsed, output, cancel) =>
        {
            if (parsed.GetValue(version) < 1)
            {
                throw new InputException("scoring.bad-version", "Versions count from 1; see 'score show'.");
            }

            using var gateway = parsed.Connect();
            Print(output, await gateway.EncryptedModels.RetireAsync(parsed.GetRequiredValue(model), parsed.GetValue(version), parsed.GetRequiredValue(reason), cancel));
        });
        return command;
    }
}
