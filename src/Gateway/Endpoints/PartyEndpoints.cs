using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Parties: who is there, what data they describe.</summary>
internal static class PartyEndpoints
{
    public static void MapParties(this RouteGroupBuilder v1)
    {
        v1.MapGet("/parties", ListAsync)
            .Says("ListParties", "All parties and whether they are there, ordered by name.")
            .Answers<Listing<PartyBody>>();
        v1.MapGet("/parties/{party}", GetAsync)
            .Says("GetParty", "One party and whether it is there.")
            .Answers<PartyBody>()
            .Refuses(404, ProblemCodes.PartyUnknown);
        v1.MapPost("/parties/{party}/revoke", RevokeAsync).RequireAuthorization(Policies.Operator)
            .Says("RevokeParty", "Ends a membership: bumps the epoch and revokes the party's keys.")
            .Answers<ConsortiumBody>()
            .Refuses(404, "consortium.unknown-party");
        v1.MapPut("/parties/{party}/data-sets/{dataSet}", DescribeDataSetAsync).RequireAuthorization(Policies.OwnParty).AddEndpointFilter<KnownPartyFilter>()
            .Says("DescribeDataSet", "Describes a data set, never its rows. A later call replaces the description.")
            .Answers<DataSetBody>()
            .Refuses(400, ProblemCodes.InvalidParameter, "party.bad-data-set")
            .Refuses(503, ProblemCodes.PartyUnavailable);
        v1.MapPut("/parties/{party}/presence", NotePresenceAsync).RequireAuthorization(Policies.OwnParty).AddEndpointFilter<KnownPartyFilter>()
            .Says("NotePresence", "Says that the party's agent is there. Repeat it every half minute or so.")
            .Produces(StatusCodes.Status204NoContent)
            .Refuses(503, ProblemCodes.PartyUnavailable);
    }

    private static async Task<IResult> ListAsync(GrainCalls calls, CancellationToken cancel)
    {
        var reply = await calls.Within(calls.Consortium.GetAsync(), cancel);
        return reply.Value is { } view
            ? TypedResults.Ok(new Listing<PartyBody>(await Task.WhenAll(view.Members.Select(m => SeeAsync(calls, m, cancel)))))
            : ProblemResult.Of(reply.Refusal!);
    }

    private static async Task<IResult> GetAsync(string party, GrainCalls calls, CancellationToken cancel)
    {
        var reply = await calls.Within(calls.Consortium.GetAsync(), cancel);
        return reply.Value is not { } view ? ProblemResult.Of(reply.Refusal!)
            : view.Members.FirstOrDefault(m => m.Party == party) is { } member ? TypedResults.Ok(await SeeAsync(calls, member, cancel))
            : ProblemResult.Of(ProblemCodes.PartyUnknown, $"{party} is neither a member of {calls.ConsortiumName} nor invited.");
    }

    private static async Task<IResult> RevokeAsync(string party, RevokePartyRequest request, GrainCalls calls, KeyMemory keys, CancellationToken cancel)
    {
        if (Lines.Fault(request.Reason, "reason", 200) is { } fault)
        {
            return fault;
        }

        var reply = await calls.Within(calls.Consortium.RevokeMemberAsync(party, request.Reason), cancel);
        keys.ForgetParty(party);
        return reply.ToOk(ConsortiumEndpoints.ToBody);
    }

    private static async Task<IResult> DescribeDataSetAsync(string party, string dataSet, DescribeDataSetRequest request, GrainCalls calls, CancellationToken cancel)
    {
        if (request.Rows < 0 || request.Columns.Count is < 1 or > 4096 || request.Columns.Any(c => c is not { Length: >= 1 and <= 128 }) || !RouteNames.IsBudget(request.Budget))
        {
            return ProblemResult.Of(ProblemCodes.InvalidMember, "A data set has 0 or more rows, 1 to 4096 columns of 1 to 128 characters each, and the name of a budget.");
        }

        var view = new DataSetView(dataSet, request.Rows, [.. request.Columns], request.Budget);
        return (await calls.OfParty(party, () => calls.Party(party).DescribeDataSetAsync(view), cancel)).ToOk(ToBody);
    }

    private static async Task<IResult> NotePresenceAsync(string party, PresenceRequest request, GrainCalls calls, CancellationToken cancel)
    {
        if (Lines.Fault(request.AgentVersion, "agentVersion", 64) is { } fault)
        {
            return fault;
        }

        await calls.OfParty(party, () => calls.Party(party).NotePresenceAsync(request.AgentVersion), cancel);
        return TypedResults.NoContent();
    }

    /// <summary>A party that cannot be reached is shown as such: a list is not refused because one is away.</summary>
    private static async Task<PartyBody> SeeAsync(GrainCalls calls, MemberView member, CancellationToken cancel)
    {
        var entry = ConsortiumEndpoints.ToBody(member);
        if (member.Status != "member")
        {
            return new PartyBody(entry, Available: false, null, null, []);
        }

        try
        {
            var view = await calls.OfParty(member.Party, () => calls.Party(member.Party).GetAsync(), cancel);
            return new PartyBody(entry, Available: true, view.Silo, view.AgentSeenAt, [.. view.DataSets.Select(ToBody)]);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new PartyBody(entry, Available: false, null, null, []);
        }
    }

    private static DataSetBody ToBody(DataSetView view) => new(view.Name, view.Rows, view.Columns, view.Budget);
}
