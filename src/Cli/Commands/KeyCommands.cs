using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>key</c>: API keys of the consortium, and a party's own signing key.</summary>
internal static class KeyCommands
{
    public static Command Build() => new("key", "API keys, and a party's own signing key.") { Create(), List(), Revoke(), Signing() };

    private static Command Create()
    {
        var scopes = new Option<string[]>("--scope") { Description = "operator, analyst, auditor; or party, for the own party.", AllowMultipleArgumentsPerToken = true, Required = true };
        scopes.AcceptOnlyFromAmong("operator", "analyst", "auditor", "party");
        var days = new Option<int?>("--days") { Description = "Ends after so many days (default: never)." };
        var to = new Option<string?>("--to") { Description = "Write the key to this file (mode 600) instead of showing it." };
        var command = new Command("create", "Makes an API key; it is shown this once.") { scopes, days, to };
        command.Runs(async (parsed, output, cancel) =>
        {
            var lifetime = parsed.GetValue(days);
            if (lifetime is < 1 or > 36500)
            {
                throw new InputException("key.days", "--days is 1 to 36500.");
            }

            if (parsed.GetValue(to) is { } taken && File.Exists(taken))
            {
                throw new InputException("key.file-exists", $"{taken} is there already. Choose another file.");
            }

            using var gateway = parsed.Connect();
            var expires = lifetime is { } d ? TimeProvider.System.GetUtcNow().AddDays(d) : (DateTimeOffset?)null;
            var created = await gateway.Keys.CreateAsync(new CreateKeyRequest(parsed.GetRequiredValue(scopes), ExpiresAt: expires), $"{Guid.NewGuid():N}", cancel);
            if (parsed.GetValue(to) is { } file)
            {
                ApiKeyFile.Write(file, created.ApiKey);
                output.Result(new DoneDocument(true, $"{created.CredentialId} in {Path.GetFullPath(file)}"), console => console.Line($"{created.CredentialId} is in {Path.GetFullPath(file)}"));
            }
            else
            {
                output.Result(created, console => console.Line(created.ApiKey));
            }
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The keys that you may see: an operator all, a party its own.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var keys = await gateway.Keys.ListAsync(cancel);
            output.Result(new Listing<KeyInfo>(keys), console => console.Write(
                ["key", "party", "scopes", "ends", "status"],
                keys.Select(k => (IReadOnlyList<string>)[k.CredentialId, k.Party ?? "", string.Join(' ', k.Scopes), Tables.Time(k.ExpiresAt), k.Revoked ? "revoked" : "good"]),
                "There are none."));
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("key") { Description = "Its public name, as 'key list' shows it." };
        var command = new Command("revoke", "Ends an API key.") { id };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var which = parsed.GetRequiredValue(id);
            await gateway.Keys.RevokeAsync(which, cancel);
            output.Result(new DoneDocument(true, $"{which} revoked"), console => console.Line($"{which} is revoked."));
        });
        return command;
    }

    private static Command Signing()
    {
        var command = new Command("signing", "Makes the party's signing key in --folder unless it is there, and shows its fingerprint. Needs no gateway.");
        command.Runs((parsed, output, _) =>
        {
            var folder = parsed.GetValue(CommonOptions.Folder) ?? throw new InputException("key.no-folder", "Name the party's folder with --folder.");
            using var key = PartyFolder.EnsureSigningKey(folder);
            output.Result(new FingerprintDocument(Path.GetFullPath(folder), key.PublicKey.Fingerprint), console => console.Line(key.PublicKey.Fingerprint));
            return Task.CompletedTask;
        });
        return command;
    }
}
