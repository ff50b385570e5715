using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Cli.Reports;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Audit;
using PrivacyGrains.Client.Budgets;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Http;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>budget statement --format</c> and <c>budget verify</c>: a statement drawn up from the verified ledger itself, and checked again without a connection.</summary>
internal static class StatementCommands
{
    public static readonly string[] Formats = ["text", "json", "html"];

    /// <summary>Fetches, verifies, draws up and writes.</summary>
    public static async Task<int> WriteAsync(ParseResult parsed, CommandOutput output, (string Party, string Budget) which, string format, FileInfo? file, CancellationToken cancel)
    {
        if (format == "html" && file is null)
        {
            throw new InputException("budget.no-file", "A page goes into a file: add --out statement.html.");
        }

        using var gateway = parsed.Connect();
        var export = await FetchAsync(parsed, gateway, which, cancel);
        var witnesses = await gateway.Budgets.WitnessesAsync(which.Party, which.Budget, cancel);
        var pins = parsed.PartyFolder()?.Pins.Members;
        var (verdict, ledger) = LedgerVerifier.Verify(export, pins?.GetValueOrDefault(which.Party));
        if (!verdict.IsGood || ledger is not { IsOpen: true })
        {
            return Verdicts.Show(output, [verdict], []);
        }

        var statement = await output.WithBarAsync("Drawing the statement up", _ => Task.Run(() => StatementBuilder.Build(export, ledger, witnesses, TimeProvider.System.GetUtcNow()), cancel));
        var whole = StatementVerifier.Verify(statement, pins);
        if (!whole.IsGood)
        {
            return Verdicts.Show(output, [whole], []);
        }

        var text = format switch
        {
            "html" => StatementPage.Render(statement),
            "json" => JsonSerializer.Serialize(statement, TypeInfo()) + "\n",
            _ => StatementText.Render(statement),
        };
        if (file is null)
        {
            parsed.InvocationConfiguration.Output.Write(text);
            return ExitCodes.Success;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        await WriteWholeAsync(file, bytes, cancel);
        output.Result(new WrittenDocument(file.FullName, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))), console => console.Line($"{file.FullName} is written: {which.Party}/{which.Budget} up to version {export.Head.Version}, seen by {witnesses.Count} other members."));
        return ExitCodes.Success;
    }

    public static Command Verify()
    {
        var which = BudgetCommands.Which();
        which.Arity = ArgumentArity.ZeroOrOne;
        var file = new Option<FileInfo?>("--file") { Description = "A statement that was written as json or html: verified without a connection, every figure of it." };
        var command = new Command("verify", "Verifies a ledger: chain, rules, and the party's signature (by the pinned key with --folder); fetched, or out of a statement's file.") { which, file };
        command.Runs(async (parsed, output, cancel) =>
        {
            if (parsed.GetValue(file) is { } path)
            {
                return Verdicts.Show(output, [StatementVerifier.Verify(await ReadAsync(path, cancel), parsed.PartyFolder()?.Pins.Members)], []);
            }

            if (parsed.GetResult(which) is not { Implicit: false })
            {
                throw new InputException("budget.nothing-to-verify", "Name a budget, as hospital-1/records, or a statement's file: --file F.");
            }

            var budget = parsed.GetRequiredValue(which);
            using var gateway = parsed.Connect();
            var (verdict, _) = LedgerVerifier.Verify(await FetchAsync(parsed, gateway, budget, cancel), parsed.PartyFolder()?.Pins.Members.GetValueOrDefault(budget.Party));
            return Verdicts.Show(output, [verdict], []);
        });
        return command;
    }

    private static async Task<LedgerExport> FetchAsync(ParseResult parsed, GatewayClient gateway, (string Party, string Budget) which, CancellationToken cancel)
    {
        var consortium = await gateway.Parties.ConsortiumAsync(cancel);
        parsed.PartyFolder()?.Observe(consortium);
        var head = await gateway.Budgets.HeadAsync(which.Party, which.Budget, cancel);
        var entries = await gateway.Budgets.AllEntriesAsync(which.Party, which.Budget, head.Version, cancel);
        return new LedgerExport(head, consortium.Members.FirstOrDefault(m => m.Party == which.Party)?.VerificationKey ?? [], entries);
    }

    private static async Task<StatementDocument> ReadAsync(FileInfo file, CancellationToken cancel)
    {
        try
        {
            var text = await File.ReadAllTextAsync(file.FullName, cancel);
            var start = text.IndexOf(StatementPage.DataTag, StringComparison.Ordinal);
            if (start >= 0)
            {
                start += StatementPage.DataTag.Length;
                var carried = JsonSerializer.Deserialize(text[start..text.IndexOf("</script>", start, StringComparison.Ordinal)], TypeInfo()) ?? throw new JsonException("null");
                return StatementPage.Render(carried) == text
                    ? carried
                    : throw new InputException("budget.other-page", $"{file} shows something else than the statement that it carries: it was changed, or written by another version of this program.");
            }

            return JsonSerializer.Deserialize(text, TypeInfo()) is { Kind: StatementDocument.KindName } statement ? statement : throw new JsonException($"its kind is not {StatementDocument.KindName}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentOutOfRangeException)
        {
            throw new InputException("budget.bad-file", $"{file} is no statement: {e.Message}", e);
        }
    }

    private static async Task WriteWholeAsync(FileInfo file, byte[] bytes, CancellationToken cancel)
    {
        try
        {
            var fresh = file.FullName + ".new";
            await File.WriteAllBytesAsync(fresh, bytes, cancel);
            File.Move(fresh, file.FullName, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("budget.bad-place", $"--out {file} cannot be written: {e.Message}", e);
        }
    }

    private static JsonTypeInfo<StatementDocument> TypeInfo() => (JsonTypeInfo<StatementDocument>)MessagesJson.Tolerant.GetTypeInfo(typeof(StatementDocument));
}
