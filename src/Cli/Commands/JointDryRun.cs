using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Privacy.Accounting;
using PrivacyGrains.Privacy.Queries.Selects;
using Spectre.Console;

namespace PrivacyGrains.Cli.Commands;

/// <summary>What <c>query ask --dry-run --json</c> prints.</summary>
/// <param name="Query">The query in canonical form.</param>
/// <param name="Rho">What each party's ledger would be charged.</param>
/// <param name="Parties">Who would take part.</param>
/// <param name="Neighbours">Whom the answer protects and how neighbours differ.</param>
/// <param name="Groups">How many groups the answer has.</param>
/// <param name="ExpectedErrors">How far off each aggregate will be, if all contribute.</param>
internal sealed record JointDryRunDocument(string Query, double Rho, IReadOnlyList<string> Parties, string Neighbours, int Groups, IReadOnlyList<ExpectedError> ExpectedErrors);

/// <summary>What a joint query would cost, before anybody is asked.</summary>
internal static class JointDryRun
{
    public static JointDryRunDocument Of(SelectQuery query, double rho, RoundChoice choice, double rows)
    {
        try
        {
            var spec = SelectQuerySpec.Create("dry-run", "dry-run", query, Rho.Create(rho), choice.Parties.Count, choice.Colluders, choice.Parties.Count - choice.Cohort);
            return new JointDryRunDocument(
                query.ToString(), rho, choice.Parties, query.Neighbours.ToString(), query.PublicGroups, LocalPlan.ErrorsOf(query, spec.Noise(), choice.Parties.Count, rows));
        }
        catch (ArgumentException e)
        {
            throw new InputException("query.bad-thresholds", e.Message.Split(" (Parameter", 2)[0], e);
        }
    }

    public static void Print(IAnsiConsole console, JointDryRunDocument dry)
    {
        console.Line($"{dry.Query}: {dry.Groups} groups, zCDP {Tables.Number(dry.Rho)} at each of {string.Join(", ", dry.Parties)}; protects those who {dry.Neighbours}.");
        console.Write(["figure", "expected error (95 %)", "for rows"], dry.ExpectedErrors.Select(e => (IReadOnlyList<string>)[e.Name, $"+- {Tables.Number(e.Error95)}", e.Rows?.ToString("0") ?? "any"]), "");
        console.Line("A dry run: nobody was asked and nothing was charged.");
    }
}
