using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Messages.Errors;
using PrivacyGrains.Messages.Work;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>A party's board of work: what its agent polls.</summary>
internal static class WorkEndpoints
{
    public static void MapWork(this RouteGroupBuilder v1) =>
        v1.MapGet("/parties/{party}/work", GetAsync).AddEndpointFilter<KnownPartyFilter>().RequireAuthorization(Policies.OwnParty)
            .Says("GetWork", "What the party is asked to take part in now.", Watching.Waits)
            .Answers<WorkBody>()
            .Refuses(400, ProblemCodes.InvalidParameter)
            .Refuses(404, ProblemCodes.PartyUnknown)
            .Refuses(503, ProblemCodes.PartyUnavailable);

    private static async Task<IResult> GetAsync(string party, GrainCalls calls, CancellationToken cancel, long after = -1, int waitMilliseconds = 0)
    {
        if (Watching.Fault(waitMilliseconds) is { } fault)
        {
            return fault;
        }

        var view = await calls.OfParty(party, () => calls.Party(party).WorkAsync(after, waitMilliseconds), cancel);
        return TypedResults.Ok(new WorkBody(view.Version, [.. view.Items.Select(i => new WorkItemBody(i.Kind, i.Id))]));
    }
}
