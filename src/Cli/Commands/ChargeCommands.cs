using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary>Charges below <c>budget</c>: reserve, commit, refund, abort, show.</summary>
internal static class ChargeCommands
{
    public static void AddTo(Command budget)
    {
        budget.Add(Reserve());
        budget.Add(Change("commit", "Keeps a held loss: from here on the release may be opened.", needsReason: false, (g, p, b, id, _, cancel) => g.Budgets.CommitAsync(p, b, id, cancel)));
        budget.Add(Change("refund", "Gives a held loss back; refused once committed.", needsReason: true, (g, p, b, id, reason, cancel) => g.Budgets.RefundAsync(p, b, id, reason, cancel)));
        budget.Add(Change("abort", "Marks a committed charge whose release never came. The loss stands.", needsReason: true, (g, p, b, id, reason, cancel) => g.Budgets.AbortAsync(p, b, id, reason, cancel)));
        budget.Add(Change("charge", "Shows one charge with the party's signature.", needsReason: false, (g, p, b, id, _, cancel) => g.Budgets.FindAsync(p, b, id, cancel)));
        budget.Add(StatementCommands.Verify());
    }

    private static Command Reserve()
    {
        var which = BudgetCommands.Which();
        var id = new Option<string>("--id") { Description = "Your name for the charge: repeat it, and it is the same charge.", Required = true };
        var purpose = new Option<string>("--purpose") { Description = "What for; for disclosures, the quota's name.", Required = true };
        var recipient = new Option<string>("--recipient") { Description = "To whom the release goes.", Required = true };
        var rho = new Option<double?>("--rho") { Description = "The loss in zCDP." };
        var pure = new Option<double?>("--pure") { Description = "The loss in pure epsilon." };
        var disclosures = new Option<long?>("--disclosures") { Description = "Count so many exact outputs instead of a loss." };
        var binding = new Option<string?>("--binding") { Description = "Hex of SHA-256 over what this pays for (default: over the line 'manual ID')." };
        var plan = new Option<FileInfo?>("--plan") { Description = "The loss of a plan that is fixed beforehand, as JSON: docs/privacy/accounting.md." };
        var blocks = new Option<string[]>("--block") { Description = "A time block whose rows the release is about, as 2026-Q4. Repeat for more.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("reserve", "Holds a loss, or counts disclosures, against a budget of the own party.") { which, id, purpose, recipient, rho, pure, plan, disclosures, blocks, binding };
        command.Runs(async (parsed, output, cancel) =>
        {
            var (party, budget) = parsed.GetRequiredValue(which);
            LossBody? loss = null;
            if (parsed.GetValue(rho) is { } r)
            {
                loss = new LossBody("zcdp", BudgetCommands.Finite(r, "--rho", static x => x >= 0, "of 0 or more"));
            }
            else if (parsed.GetValue(pure) is { } e)
            {
                loss = new LossBody("pure", BudgetCommands.Finite(e, "--pure", static x => x >= 0, "of 0 or more"));
            }

            else if (parsed.GetValue(plan) is { } file)
            {
                loss = new LossBody("plan", 0, await PlanAsync(file, cancel));
            }

            var count = parsed.GetValue(disclosures);
            if (new[] { parsed.GetValue(rho) is not null, parsed.GetValue(pure) is not null, parsed.GetValue(plan) is not null, count is not null }.Count(given => given) != 1)
            {
                throw new InputException("budget.no-loss", "Give one of --rho, --pure, --plan and --disclosures.");
            }

            var charge = parsed.GetRequiredValue(id);
            var bound = parsed.GetValue(binding) ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"manual {charge}\n")));
            var request = new ReserveChargeRequest(
                charge, loss is null ? "disclosure" : "charge", parsed.GetRequiredValue(purpose), parsed.GetRequiredValue(recipient), bound, loss, count ?? 0, parsed.GetValue(blocks));
            using var gateway = parsed.Connect();
            var receipt = await gateway.Budgets.ReserveAsync(party, budget, request, cancel);
            output.Result(receipt, console => Show(console, receipt));
        });
        return command;
    }

    private static async Task<JsonElement> PlanAsync(FileInfo file, CancellationToken cancel)
    {
        try
        {
            await using var stream = file.OpenRead();
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancel);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InputException("budget.bad-plan", $"--plan {file} is no plan: {e.Message}", e);
        }
    }

    private static Command Change(
        string name, string about, bool needsReason, Func<GatewayClient, string, string, string, string, CancellationToken, Task<ChargeReceiptBody>> call)
    {
        var which = BudgetCommands.Which();
        var id = new Argument<string>("charge") { Description = "The charge's id." };
        var reason = new Option<string>("--reason") { Description = "One line, public.", Required = true };
        var command = new Command(name, about) { which, id };
        if (needsReason)
        {
            command.Add(reason);
        }

        command.Runs(async (parsed, output, cancel) =>
        {
            var (party, budget) = parsed.GetRequiredValue(which);
            using var gateway = parsed.Connect();
            var receipt = await call(gateway, party, budget, parsed.GetRequiredValue(id), needsReason ? parsed.GetRequiredValue(reason) : "", cancel);
            output.Result(receipt, console => Show(console, receipt));
        });
        return command;
    }

    private static void Show(IAnsiConsole console, ChargeReceiptBody r) =>
        console.Line($"{r.ChargeId} is {r.Status}: epsilon {Tables.Number(r.EpsilonSoFar)} so far, {Tables.Number(r.EpsilonLeft)} left; version {r.Version}, signed by {r.Party}.");
}
