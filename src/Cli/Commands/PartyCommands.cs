using System.CommandLine;
using PrivacyGrains.Cli.Output;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Cli.Commands;

/// <summary><c>party</c>: who belongs to the consortium, inviting and revoking, describing data sets.</summary>
internal static class PartyCommands
{
    public static Command Build() => new("party", "Who belongs to the consortium.") { List(), Show(), Invite(), Revoke(), Describe(), Epoch() };

    private static Command List()
    {
        var command = new Command("list", "All parties and whether they are there.");
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var consortium = await gateway.Parties.ConsortiumAsync(cancel);
            parsed.PartyFolder()?.Observe(consortium);
            var parties = await gateway.Parties.ListAsync(cancel);
            output.Result(new Listing<PartyBody>(parties), console =>
            {
                console.Line($"{consortium.DisplayName}, epoch {consortium.Epoch}, {consortium.Engine} engine{(consortium.OneProcess ? " (one process: no secrecy between parties)" : "")}");
                console.Write(
                    ["party", "roles", "status", "silo", "agent seen", "data sets", "fingerprint"],
                    parties.Select(p => (IReadOnlyList<string>)[
                        p.Member.Party, string.Join(' ', p.Member.Roles), p.Member.Status == "member" ? (p.Available ? "there" : "away") : p.Member.Status, p.Silo ?? "",
                        Tables.Time(p.AgentSeenAt), string.Join(' ', p.DataSets.Select(d => $"{d.Name}({d.Rows})")), p.Member.Fingerprint[..Math.Min(16, p.Member.Fingerprint.Length)]]),
                    "Nobody is invited yet.");
            });
        });
        return command;
    }

    private static Command Show()
    {
        var party = new Argument<string>("party") { Description = "Which." };
        var command = new Command("show", "One party.") { party };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var body = await gateway.Parties.GetAsync(parsed.GetRequiredValue(party), cancel);
            output.Result(body, console =>
            {
                console.Line($"{body.Member.Party} ({body.Member.DisplayName}): {body.Member.Status}, {(body.Available ? $"on silo {body.Silo}" : "away")}");
                console.Line($"roles {string.Join(' ', body.Member.Roles)}, key {body.Member.Fingerprint}");
                console.Write(
                    ["data set", "rows", "budget", "columns"],
                    body.DataSets.Select(d => (IReadOnlyList<string>)[d.Name, $"{d.Rows}", d.Budget, string.Join(' ', d.Columns)]),
                    "It describes no data set.");
            });
        });
        return command;
    }

    private static Command Invite()
    {
        var party = new Argument<string>("party") { Description = "Its name: a-z, 0-9 and hyphen." };
        var name = new Option<string?>("--name") { Description = "Its name for people." };
        var roles = new Option<string[]>("--role") { Description = "data, compute or dealer (default: data compute).", AllowMultipleArgumentsPerToken = true };
        var command = new Command("invite", "Invites a party. Hand the line over by a way that you trust: whoever has it can join.") { party, name, roles };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var who = parsed.GetRequiredValue(party);
            var request = new InviteRequest(who, parsed.GetValue(name) ?? who, parsed.GetValue(roles) is { Length: > 0 } given ? given : ["data", "compute"]);
            var body = await gateway.Parties.InviteAsync(request, $"{Guid.NewGuid():N}", cancel);
            output.Result(body, console => console.Line(body.Invitation));
        });
        return command;
    }

    private static Command Revoke()
    {
        var party = new Argument<string>("party") { Description = "Which." };
        var reason = new Option<string>("--reason") { Description = "One line, public.", Required = true };
        var command = new Command("revoke", "Ends a membership and the party's keys.") { party, reason };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var body = await gateway.Parties.RevokeAsync(parsed.GetRequiredValue(party), parsed.GetRequiredValue(reason), cancel);
            output.Result(body, console => console.Line($"{parsed.GetRequiredValue(party)} is revoked; epoch {body.Epoch} begins."));
        });
        return command;
    }

    private static Command Epoch()
    {
        var reason = new Option<string>("--reason") { Description = "One line, public.", Required = true };
        var command = new Command("epoch", "Begins a new epoch, as after a restored backup: correlations that were dealt ahead are void.") { reason };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var now = (await gateway.Parties.ConsortiumAsync(cancel)).Epoch;
            var body = await gateway.Parties.BeginEpochAsync(now, parsed.GetRequiredValue(reason), cancel);
            output.Result(body, console => console.Line($"Epoch {body.Epoch} begins."));
        });
        return command;
    }

    private static Command Describe()
    {
        var dataSet = new Argument<string>("data-set") { Description = "Its name." };
        var rows = new Option<long>("--rows") { Description = "The public, declared number of records.", Required = true };
        var columns = new Option<string[]>("--columns") { Description = "Names of the columns.", AllowMultipleArgumentsPerToken = true, Required = true };
        var budget = new Option<string>("--budget") { Description = "The budget that guards it.", Required = true };
        var command = new Command("describe", "Describes a data set of the own party (--folder); never its rows.") { dataSet, rows, columns, budget };
        command.Runs(async (parsed, output, cancel) =>
        {
            using var gateway = parsed.Connect();
            var request = new DescribeDataSetRequest(parsed.GetValue(rows), parsed.GetRequiredValue(columns), parsed.GetRequiredValue(budget));
            var body = await gateway.Parties.DescribeDataSetAsync(parsed.OwnParty(), parsed.GetRequiredValue(dataSet), request, cancel);
            output.Result(body, console => console.Line($"{body.Name}: {body.Rows} rows, {body.Columns.Count} columns, guarded by {body.Budget}."));
        });
        return command;
    }
}
