using PrivacyGrains.Client;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Six organisations join with keys of their own; each hospital lays down its records, describes them and opens its budget.</summary>
/// <remarks>
/// Resuming: whoever has <c>party.json</c> has joined. An invitation is kept in the party's folder until then, and the joining request made from it is the same one
/// every time, so a crash between any two steps is mended by the same steps again.
/// </remarks>
internal static class JoiningAct
{
    /// <summary>Plays it.</summary>
    public static async Task<IReadOnlyDictionary<string, DemoParty>> PlayAsync(
        DemoFolder folder, DemoSample sample, DemoNarrator narrator, Uri gateway, GatewayClient operators, CancellationToken cancel)
    {
        narrator.Act("Five hospitals and a dealer join", 5);
        var book = await operators.Parties.ConsortiumAsync(cancel);
        var joined = await Task.WhenAll(DemoCast.Parties.Select(async name =>
        {
            var party = await JoinAsync(folder, name, book, gateway, operators, cancel);
            return new DemoParty(party, party.Connect(new GatewayOptions { BaseAddress = gateway }));
        }));
        var parties = joined.ToDictionary(p => p.Name, StringComparer.Ordinal);
        book = await operators.Parties.ConsortiumAsync(cancel);
        foreach (var party in joined)
        {
            party.Folder.Observe(book); // pins whoever joined after it, and refuses a key that changed
        }

        foreach (var member in book.Members.Where(m => parties.ContainsKey(m.Party)))
        {
            narrator.Step($"{member.Party} is a member with key {member.Fingerprint[..16]}");
        }

        await Task.WhenAll(DemoCast.Hospitals.Select((name, i) => SettleInAsync(folder.Plan, sample, i, parties[name], cancel)));
        for (var i = 0; i < DemoCast.Hospitals.Length; i++)
        {
            narrator.Step($"{DemoCast.Hospitals[i]} keeps {sample.Hospitals[i].RowCount} records; its budget is epsilon {folder.Plan.Limit:0.###} at delta {DemoCast.Delta:0E+0}, and {DemoCast.Scores} exact scores");
        }

        return parties;
    }

    private static async Task<PartyFolder> JoinAsync(DemoFolder folder, string name, ConsortiumBody book, Uri gateway, GatewayClient operators, CancellationToken cancel)
    {
        var path = folder.OfParty(name);
        if (File.Exists(Path.Combine(path, "party.json")))
        {
            return PartyFolder.Open(path);
        }

        var kept = Path.Combine(path, "invitation");
        var invited = book.Members.FirstOrDefault(m => m.Party == name);
        if (!File.Exists(kept))
        {
            if (invited is { Status: not "invited" })
            {
                throw new InputException("demo.bad-folder", $"{name} is a member, and {path} holds neither its membership nor its invitation. Remove the folder to begin anew.");
            }

            var dealer = name == DemoCast.Dealer;
            string[] roles = dealer ? ["dealer"] : ["data", "compute"];
            var invitation = await operators.Parties.InviteAsync(new InviteRequest(name, dealer ? "The dealer" : $"Hospital {name[^1]}", roles), cancel: cancel);
            OwnerFile.Write(kept, invitation.Invitation);
        }

        var party = await PartyFolder.JoinAsync(path, new GatewayOptions { BaseAddress = gateway }, await File.ReadAllTextAsync(kept, cancel), cancel: cancel);
        File.Delete(kept); // used up, and secret until then
        return party;
    }

    private static async Task SettleInAsync(DemoPlan plan, DemoSample sample, int hospital, DemoParty party, CancellationToken cancel)
    {
        if (!File.Exists(party.Records))
        {
            OwnerFile.Write(party.Records, sample.RecordsOf(hospital));
        }

        var terms = new BudgetTermsBody(plan.Limit, DemoCast.Delta, "add-remove", "record", new Dictionary<string, long>(StringComparer.Ordinal) { [DemoCast.ScoreQuota] = DemoCast.Scores });
        await party.Gateway.Budgets.OpenAsync(party.Name, DemoCast.Budget, terms, cancel);
        var columns = sample.Schema.Features.Select(f => f.Name).Prepend(sample.Schema.Label);
        await party.Gateway.Parties.DescribeDataSetAsync(
            party.Name, DemoCast.DataSet, new DescribeDataSetRequest(sample.Hospitals[hospital].RowCount, [.. columns], DemoCast.Budget), cancel);
    }
}
