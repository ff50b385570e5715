using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Accounting.Accountants;
using PrivacyGrains.Privacy.Accounting.Plans;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What <c>account calibrate --json</c> prints.</summary>
/// <param name="Field">What was sought: a field's name, or <c>scale</c>.</param>
/// <param name="Value">What was found.</param>
/// <param name="Epsilon">What the plan then loses.</param>
/// <param name="Delta">At which.</param>
/// <param name="Accountant">Which accountant says so.</param>
/// <param name="Plan">The plan with the unknown filled in.</param>
internal sealed record CalibrationDocument(string Field, double Value, double Epsilon, double Delta, string Accountant, JsonElement Plan);

/// <summary><c>account</c>: what a plan of releases loses, before anything is released. Needs no consortium.</summary>
internal static class AccountCommands
{
    public static Command Build()
    {
        var plan = new Option<FileInfo>("--plan") { Description = "The plan, as JSON: docs/privacy/accounting.md. - reads standard input." };
        var (delta, accountant) = (DeltaOption(), AccountantOption());
        var orders = new Option<string?>("--orders") { Description = "Orders of the Renyi accountant, as 1.5,2,8,64 (default: a grid, refined)." };
        var command = new Command("account", "What a plan of releases loses: epsilon at a delta.") { plan, delta, accountant, orders, Calibrate() };
        command.Runs(async (parsed, output, cancel) =>
        {
            var read = await ReadAsync(parsed.GetValue(plan) ?? throw new InputException("account.no-plan", "Name the plan: --plan FILE."), cancel);
            var loss = Refusing(() => PlanAccountants.Account(PlanJson.Read(read), AtDelta(parsed.GetValue(delta)), parsed.GetRequiredValue(accountant), Orders(parsed.GetValue(orders))));
            output.WarnOfDelta(loss.Delta);
            output.Result(loss, console => console.Line($"epsilon {Up(loss.Epsilon)} at delta {loss.Delta}, by {loss.Accountant}{(loss.Order is { } order ? $" at order {order:G6}" : string.Empty)}."));
        });
        return command;
    }

    private static Command Calibrate()
    {
        var template = new Option<FileInfo>("--template") { Description = "A plan with \"?\" for what is sought, as a noiseMultiplier or a count; without one all noise is scaled. - reads standard input.", Required = true };
        var target = new Option<double>("--target-epsilon") { Description = "The most that may be lost.", Required = true };
        var (delta, accountant) = (DeltaOption(), AccountantOption());
        var command = new Command("calibrate", "The smallest noise, or the most steps, for a target.") { template, target, delta, accountant };
        command.Runs(async (parsed, output, cancel) =>
        {
            var read = await ReadAsync(parsed.GetRequiredValue(template), cancel);
            var epsilon = BudgetCommands.Finite(parsed.GetValue(target), "--target-epsilon", static e => e > 0, "greater than 0");
            var found = Refusing(() => PlanCalibration.Solve(PlanTemplate.Read(read), Epsilon.Create(epsilon), AtDelta(parsed.GetValue(delta)), parsed.GetRequiredValue(accountant)));
            using var plan = JsonDocument.Parse(found.Plan);
            output.WarnOfDelta(found.Loss.Delta);
            output.Result(
                new CalibrationDocument(found.Field, found.Value, found.Loss.Epsilon, found.Loss.Delta, found.Loss.Accountant, plan.RootElement.Clone()),
                console => console.Line($"{found.Field} {found.Value.ToString("G9", CultureInfo.InvariantCulture)}: epsilon {Up(found.Loss.Epsilon)} at delta {found.Loss.Delta}, by {found.Loss.Accountant}."));
        });
        return command;
    }

    private static Option<double> DeltaOption() => new("--delta") { Description = "The probability with which the bound may fail, as 1e-6.", Required = true };

    private static Option<string> AccountantOption()
    {
        var option = new Option<string>("--accountant") { Description = "pld (tight), rdp, zcdp or best (default): the least of them.", DefaultValueFactory = static _ => "best" };
        option.AcceptOnlyFromAmong([.. PlanAccountants.Names]);
        return option;
    }

    private static Delta AtDelta(double value) => Delta.TryCreate(value, out var delta)
        ? delta
        : throw new InputException("account.bad-delta", $"--delta is {value.ToString(CultureInfo.InvariantCulture)}: give a number greater than 0 and less than 1.");

    private static ImmutableArray<double> Orders(string? list) => list is null
        ? []
        : [.. list.Split(',').Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var order) && order > 1 && double.IsFinite(order)
            ? order
            : throw new InputException("account.bad-order", $"--orders has '{text}': give numbers greater than 1, with commas between."))];

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken cancel)
    {
        try
        {
            return file.Name == "-" ? await Console.In.ReadToEndAsync(cancel) : await File.ReadAllTextAsync(file.FullName, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException("account.no-plan", $"{file} cannot be read: {e.Message}", e);
        }
    }

    private static T Refusing<T>(Func<T> account)
    {
        try
        {
            return account();
        }
        catch (PlanRefusedException e)
        {
            throw new InputException(e.Code, e.Message, e);
        }
    }

    // Rounded up: what is shown is an upper bound too.
    private static string Up(double epsilon)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(epsilon, 1e-9))) - 5);
        return (Math.Ceiling(epsilon / unit) * unit).ToString("G6", CultureInfo.InvariantCulture);
    }
}
