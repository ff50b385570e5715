using PrivacyGrains.Engine;
using PrivacyGrains.Gateway.Calls;
using PrivacyGrains.Gateway.OpenApi;
using PrivacyGrains.Grains;
using PrivacyGrains.Messages.Parties;

namespace PrivacyGrains.Gateway.Endpoints;

/// <summary>Who belongs to the consortium.</summary>
internal static class ConsortiumEndpoints
{
    public static void MapConsortium(this RouteGroupBuilder v1) =>
        v1.MapGet("/consortium", GetAsync)
            .Says("GetConsortium", "Who belongs to the consortium, in which epoch, and how it runs.")
            .Answers<ConsortiumBody>();

    private static async Task<IResult> GetAsync(GrainCalls calls, CancellationToken cancel) =>
        (await calls.Within(calls.Consortium.GetAsync(), cancel)).ToOk(ToBody);

    internal static ConsortiumBody ToBody(ConsortiumView view) => new(
        view.Consortium, view.DisplayName, view.Epoch, view.CoordinatorKey.ToArray(), EngineInfo.Name, !EngineInfo.SupportsClustering, [.. view.Members.Select(ToBody)]);

    internal static MemberBody ToBody(MemberView member) => new(
        member.Party, member.DisplayName, member.Roles, member.Status, member.VerificationKey.ToArray(), member.Fingerprint);
}
