using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Keys;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>join</c>: turns an invitation into a membership, and a folder into a party's; with <c>--data</c> the party's agent then stays.</summary>
internal static class JoinCommand
{
    private static readonly Argument<string?> Invitation = new("invitation")
    {
        Description = "The line that begins with pgi_, as the operator gave it; or a file that holds it. Not needed where --folder is a party's already.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Build()
    {
        var command = new Command("join", "Joins a consortium: makes the party's keys in --folder (default: data/PARTY), proves that they are its own, and pins the others'.") { Invitation };
        ResidentAgent.AddOptions(command);
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        var data = ResidentAgent.ReadData(parsed); // before anything is changed
        var folder = await OpenAsync(parsed, output, cancel);
        using (var key = folder.LoadSigningKey())
        {
            var document = new JoinDocument(
                folder.Pins.Party, folder.Pins.Consortium, folder.FullPath, key.PublicKey.Fingerprint, VerificationKey.Create(folder.Pins.CoordinatorKey).Fingerprint, folder.Pins.Members);
            output.Result(document, console =>
            {
                console.Line($"{document.Party} is a member of {document.Consortium}. Keys in {document.Folder}");
                console.Line($"Your fingerprint, for others to compare: {document.Fingerprint}");
            });
        }

        if (data is not null)
        {
            await ResidentAgent.RunAsync(parsed, output, folder, data, cancel);
        }
    }

    private static async Task<PartyFolder> OpenAsync(ParseResult parsed, CommandOutput output, CancellationToken cancel)
    {
        var given = parsed.GetValue(Invitation) ?? Environment.GetEnvironmentVariable("PRIVACYGRAINS_INVITATION");
        if (given is null)
        {
            return parsed.PartyFolder() // joined before: stays what it is
                ?? throw new InputException("party.bad-invitation", "No invitation was given. Give the line that begins with pgi_, a file that holds it, or PRIVACYGRAINS_INVITATION.");
        }

        var line = given.StartsWith("pgi_", StringComparison.Ordinal) || !File.Exists(given) ? given : (await File.ReadAllTextAsync(given, cancel)).Trim();
        if (!InvitationToken.TryParse(line, out var invitation))
        {
            throw new InputException("party.bad-invitation", "This is no invitation. Copy the whole line that begins with pgi_, as the operator gave it.");
        }

        var path = parsed.GetValue(CommonOptions.Folder) ?? Path.Combine("data", invitation.Party);
        var gateway = parsed.GatewayForJoining();
        output.Note($"Joining {invitation.Consortium} as {invitation.Party} through {gateway.BaseAddress}.");
        var folder = await PartyFolder.JoinAsync(path, gateway, line, null, cancel);
        using var client = folder.Connect(gateway);
        if (!(await client.Parties.GetAsync(folder.Pins.Party, cancel)).Available)
        {
            output.Note($"The silo of {folder.Pins.Party} has no key of it yet, so it cannot open a budget. Join with --folder SILO-DATA/{folder.Pins.Party}, or copy this folder there.");
        }

        return folder;
    }
}
