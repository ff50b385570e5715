using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Gateway.Security;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Who belongs to the consortium.</summary>
internal static class ConsortiumEndpoints
{
    public static void MapConsortium(this RouteGroupBuilder v1)
    {
        v1.MapGet("/consortium", GetAsync)
            .Says("GetConsortium", "Who belongs to the consortium, in which epoch, and how it runs.")
            .Answers<ConsortiumBody>();
        v1.MapPost("/consortium/epoch", BeginEpochAsync).RequireAuthorization(Policies.Operator)
            .Says("BeginEpoch", "Begins a new epoch, as after a restored backup: all stock of the old one is void.", "Idempotent: it names the epoch that it follows.")
            .Answers<ConsortiumBody>()
            .Refuses(409, "consortium.other-epoch");
    }

    private static async Task<IResult> GetAsync(GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(calls.Consortium.GetAsync(), cancel)).ToOk(ToBody);

    private static async Task<IResult> BeginEpochAsync(BeginEpochRequest request, GrainCalls calls, CancellationToken cancel) =>
        Lines.Fault(request.Reason, "reason", 200) ?? (await calls.Within(calls.Consortium.BeginEpochAsync(request.After, request.Reason), cancel)).ToOk(ToBody);

    internal static ConsortiumBody ToBody(ConsortiumView view) => new(
        view.Consortium, view.DisplayName, view.Epoch, view.CoordinatorKey.ToArray(), EngineInfo.Name, !EngineInfo.SupportsClustering, [.. view.Members.Select(ToBody)]);

    internal static MemberBody ToBody(MemberView member) => new(
        member.Party, member.DisplayName, member.Roles, member.Status, member.VerificationKey.ToArray(), member.Fingerprint);
}
