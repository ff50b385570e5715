using PrivacyGrains.Gateway.Problems;
using PrivacyGrains.Messages.Errors;

namespace PrivacyGrains.Gateway.Calls;

/// <summary>Refuses a route's <c>{party}</c> that never joined, before a grain of that name comes to life.</summary>
internal sealed class KnownPartyFilter(GrainCalls calls) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var party = (string)context.HttpContext.GetRouteValue("party")!;
        var reply = await calls.Within(calls.Consortium.GetAsync(), context.HttpContext.RequestAborted);
        if (reply.Refusal is { } refusal)
        {
            return ProblemResult.Of(refusal);
        }

        // A revoked party's ledger stays readable; it has no key left to write with.
        return reply.Value!.Members.Any(m => m.Party == party && m.Status is not "invited")
            ? await next(context)
            : ProblemResult.Of(ProblemCodes.PartyUnknown, $"{party} has not joined {calls.ConsortiumName}.");
    }
}
