using System.Security.Cryptography;
using PrivacyGrains.Client.Audit;

namespace PrivacyGrains.Cli.Demo;

/// <summary>The audit log and every ledger are taken home and verified against what a hospital pinned when it joined.</summary>
internal static class AuditAct
{
    /// <summary>Plays it.</summary>
    public static async Task<DemoAudit> PlayAsync(DemoStage stage, CancellationToken cancel)
    {
        stage.Narrator.Act("The audit log and the ledgers are verified", 97);
        var (export, away) = await AuditExporter.ExportAsync(stage.Operator, cancel: cancel);
        var pins = stage.Parties[DemoCast.Asking].Folder.Pins;
        var verdicts = AuditVerifier.Verify(export, Convert.ToHexStringLower(SHA256.HashData(pins.CoordinatorKey)), pins.Members);
        foreach (var verdict in verdicts)
        {
            stage.Narrator.Step($"{verdict.What}: {verdict.Entries} entries, {(verdict.IsGood ? "every hash and signature is right" : string.Join("; ", verdict.Faults.Select(f => $"{f.Code}: {f.Detail}")))}");
        }

        foreach (var ledger in away)
        {
            stage.Narrator.Step($"ledger {ledger}: its party is away");
        }

        var good = verdicts.All(v => v.IsGood) && away.Count == 0 && export.Ledgers.Count == DemoCast.Hospitals.Length;
        return new DemoAudit(export.Entries.Count, good, export.Head.RootHash, export.Ledgers.Count);
    }
}
