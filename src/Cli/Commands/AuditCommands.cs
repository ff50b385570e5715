using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client;
using PrivacyGrains.Client.Audit;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Audit;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>audit</c>: the log of every decision and release, shown, taken home and verified.</summary>
internal static class AuditCommands
{
    public static Command Build() => new("audit", "The log of every decision and release, and what the mechanisms really lose.") { Show(), Export(), Verify(), AuditPrivacyCommand.Build() };

    private static Command Show()
    {
        var from = new Option<long>("--from") { Description = "From this index (default: the last 50)." };
        var limit = new Option<int>("--limit") { Description = "How many at most.", DefaultValueFactory = static _ => 50 };
        var command = new Command("show", "Shows entries.") { from, limit };
        command.Runs(async (parsed, output, cancel) =>
        {
            var most = parsed.GetValue(limit);
            if (most is < 1 or > 1000 || parsed.GetValue(from) < 0)
            {
                throw new InputException("audit.bad-range", "--limit is 1 to 1000, and --from 0 or more.");
            }

            using var gateway = parsed.Connect();
            var start = parsed.GetResult(from) is { Implicit: false } ? parsed.GetValue(from) : Math.Max(0, (await gateway.Audit.HeadAsync(cancel)).Size - most);
            var page = await gateway.Audit.EntriesAsync(start, most, cancel);
            var leaves = page.Items.Select(e => AuditLeaf.Read(e.Json) ?? new AuditLeaf(e.Index, "", 0, "(unreadable)", "", "", "", "", default)).ToList();
            output.Result(new Listing<AuditLeaf>(leaves), console => console.Write(
                ["#", "when", "what", "about", "by", "detail"],
                leaves.Select(l => (IReadOnlyList<string>)[$"{l.Index}", Tables.Time(l.At), l.Kind, l.Subject, l.Actor, l.Detail]),
                "Nothing has happened yet."));
        });
        return command;
    }

    private static Command Export()
    {
        var file = new Option<string>("--out") { Description = "The file to write.", DefaultValueFactory = static _ => "audit.json" };
        var command = new Command("export", "Takes the whole log and every ledger home, to be verified without a connection.") { file };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var (export, away) = await FetchAsync(gateway, output, cancel);
            foreach (var ledger in away)
            {
                output.Note($"{ledger} could not be fetched; its party is away.");
            }

            var bytes = JsonSerializer.SerializeToUtf8Bytes(export, TypeInfo());
            var path = Path.GetFullPath(parsed.GetRequiredValue(file));
            await File.WriteAllBytesAsync(path, bytes, cancel);
            output.Result(
                new WrittenDocument(path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))),
                console => console.Line($"{export.Entries.Count} entries and {export.Ledgers.Count} ledgers are in {path}"));
        });
        return command;
    }

    private static Command Verify()
    {
        var file = new Argument<string?>("file") { Description = "An exported log; leave it out to verify what the gateway shows now.", Arity = ArgumentArity.ZeroOrOne };
        var coordinator = new Option<string?>("--coordinator") { Description = "The coordinator's fingerprint, as you pinned it. Else the party folder's (--folder)." };
        var command = new Command("verify", "Verifies the log (tree, signature, no gaps) and every ledger (chain, rules, signature, as logged). Exits 1 where anything is wrong.") { file, coordinator };
        command.Runs(async (parsed, output, cancel) =>
        {
            var folder = parsed.PartyFolder();
            var pinned = parsed.GetValue(coordinator) ?? (folder is null ? null : VerificationKey.Create(folder.Pins.CoordinatorKey).Fingerprint);
            if (pinned is { Length: not 64 })
            {
                throw new InputException("audit.bad-fingerprint", "--coordinator is the hex of a SHA-256: 64 digits, as 'join' showed it.");
            }

            AuditExport export;
            IReadOnlyList<string> away = [];
            if (parsed.GetValue(file) is { } path)
            {
                export = await ReadAsync(path, cancel);
            }
            else
            {
                using var gateway = parsed.Connect();
                (export, away) = await FetchAsync(gateway, output, cancel);
            }

            return Verdicts.Show(output, AuditVerifier.Verify(export, pinned, folder?.Pins.Members), away);
        });
        return command;
    }

    private static Task<(AuditExport Export, IReadOnlyList<string> Away)> FetchAsync(GatewayClient gateway, CommandOutput output, CancellationToken cancel) =>
        output.WithBarAsync("Fetching the log", bar => AuditExporter.ExportAsync(gateway, new Share(bar), cancel));

    private static async Task<AuditExport> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync(stream, TypeInfo(), cancel) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException("audit.missing-file", $"{path} is not there. Give the path of an exported log, or leave it out.", e);
        }
        catch (JsonException e)
        {
            throw new InputException("audit.bad-file", $"{path} is no exported log: {e.Message}", e);
        }
    }

    private static JsonTypeInfo<AuditExport> TypeInfo() => (JsonTypeInfo<AuditExport>)MessagesJson.Tolerant.GetTypeInfo(typeof(AuditExport));

    private sealed class Share(IProgress<double> bar) : IProgress<(long Done, long Of)>
    {
        public void Report((long Done, long Of) value) => bar.Report((double)value.Done / Math.Max(1, value.Of));
    }
}
