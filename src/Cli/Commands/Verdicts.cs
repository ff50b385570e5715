using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Audit;

namespace PrivacyGrains.Cli.Commands;

/// <summary>Shows what a verification found, and answers the exit code: 1 where anything is wrong.</summary>
internal static class Verdicts
{
    public static int Show(CommandOutput output, IReadOnlyList<Verdict> verdicts, IReadOnlyList<string> away)
    {
        var good = verdicts.All(v => v.IsGood);
        output.Result(new VerifyDocument(good, verdicts.Sum(v => v.Entries), verdicts, away), console =>
        {
            foreach (var verdict in verdicts)
            {
                console.Line($"{(verdict.IsGood ? "good" : "BAD ")}  {verdict.What}: {verdict.Entries} entries");
                foreach (var fault in verdict.Faults)
                {
                    console.Line($"      {fault.Code}: {fault.Detail}");
                }

                foreach (var note in verdict.Notes)
                {
                    console.Line($"      note: {note}");
                }
            }

            foreach (var ledger in away)
            {
                console.Line($"      note: {ledger} could not be fetched; its party is away.");
            }

            console.Line(good ? "Verified." : "Not verified.");
        });
        return good ? ExitCodes.Success : ExitCodes.Failure;
    }
}
