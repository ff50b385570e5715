using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Scoring;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>score keys</c>: keys that outlive one command.</summary>
internal static class ScoreKeyCommands
{
    private static readonly Argument<string> File = new("file") { Description = "The key file." };

    public static Command Build() => new("keys", "Keys that are made and uploaded once.") { Make(), Show(), Delete() };

    private static Command Make()
    {
        var model = new Option<string>("--model") { Description = "For which model.", Required = true };
        var version = new Option<int>("--version-number") { Description = "For which version (default: the newest)." };
        var layout = new Option<string?>("--layout") { Description = "The layout that keys are made for (default: all)." };
        layout.AcceptOnlyFromAmong("batched", "packed");
        var command = new Command("make", "Makes keys, uploads all but the secret one, and keeps that in a file of mode 600.") { File, model, version, layout };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var (name, path) = (parsed.GetRequiredValue(model), Path.GetFullPath(parsed.GetRequiredValue(File)));
            string[]? layouts = parsed.GetValue(layout) is { } one ? [one] : null;
            using var client = await output.WithBarAsync(
                "Making and uploading keys",
                _ => EncryptedScoringClient.OpenAsync(gateway.EncryptedModels, name, new ScoringOptions { Version = parsed.GetValue(version) }, layouts, cancel));
            ScoringKeyFile.Write(client, path);
            var set = await gateway.EncryptedModels.GetKeySetAsync(name, client.KeySet, cancel);
            output.Result(set, console => console.Line($"key set {set.KeySet} for {set.Model}, {set.Keys.Sum(k => k.Bytes):N0} bytes, until {Tables.Time(set.ExpiresAt)}; the secret key is in {path}"));
        });
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "What the service has of a key file's set.") { File };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var kept = ScoringKeyFile.Read(parsed.GetRequiredValue(File));
            var set = await gateway.EncryptedModels.GetKeySetAsync(kept.Model, kept.KeySet, cancel);
            output.Result(set, console =>
            {
                console.Write(["kind", "bytes", "SEAL", "digest"], set.Keys.Select(k => (IReadOnlyList<string>)[k.Kind, $"{k.Bytes:N0}", k.SealVersion, k.Digest[..16]]), "No key is uploaded.");
                console.Line($"for {set.Model}, until {Tables.Time(set.ExpiresAt)}");
            });
        });
        return command;
    }

    private static Command Delete()
    {
        var command = new Command("delete", "Erases a key file's set at the service; the file stays.") { File };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var kept = ScoringKeyFile.Read(parsed.GetRequiredValue(File));
            await gateway.EncryptedModels.DeleteKeySetAsync(kept.Model, kept.KeySet, cancel);
            output.Result(new DoneDocument(true, $"key set {kept.KeySet} is erased"), console => console.Line($"Key set {kept.KeySet} for {kept.Model} is erased."));
        });
        return command;
    }
}
