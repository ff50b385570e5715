using System.Security.Cryptography;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Cli.Demo;

/// <summary>Requests that must be refused, and must change nothing.</summary>
internal static class RefusalsAct
{
    private const double TooMuchRho = 100;
    private static readonly string Binding = new('0', 64);

    /// <summary>Plays it.</summary>
    public static async Task<IReadOnlyList<DemoRefusal>> PlayAsync(DemoStage stage, CancellationToken cancel)
    {
        stage.Narrator.Act("What must be refused, is", 93);
        var (guarded, other) = (stage.Parties[DemoCast.Hospitals[0]], stage.Parties[DemoCast.Hospitals[1]]);
        var before = await guarded.Gateway.Budgets.StatementAsync(guarded.Name, DemoCast.Budget, cancel);
        var charge = new ReserveChargeRequest("far-too-much", "charge", "everything about everyone", "analyst", Binding, new LossBody("zcdp", TooMuchRho));
        var scores = new ReserveChargeRequest("too-many-scores", "disclosure", DemoCast.ScoreQuota, DemoCast.Asking, Binding, Count: DemoCast.Scores + 1);
        var terms = new BudgetTermsBody(-1, DemoCast.Delta, "add-remove", "record");
        using var stranger = DemoKeys.Connect(stage.Gateway, ApiKey.Format("stranger", RandomNumberGenerator.GetBytes(ApiKey.SecretBytes)));
        DemoRefusal[] refusals =
        [
            await RefusedAsync(stage, $"a release that costs zCDP {TooMuchRho}", "ledger.over-budget", () => guarded.Gateway.Budgets.ReserveAsync(guarded.Name, DemoCast.Budget, charge, cancel)),
            await RefusedAsync(stage, $"{DemoCast.Scores + 1} exact scores", "ledger.over-quota", () => guarded.Gateway.Budgets.ReserveAsync(guarded.Name, DemoCast.Budget, scores, cancel)),
            await RefusedAsync(stage, $"{other.Name} charging {guarded.Name}'s budget", "key.other-party", () => other.Gateway.Budgets.ReserveAsync(guarded.Name, DemoCast.Budget, charge, cancel)),
            await RefusedAsync(stage, "a key that nobody gave out", "key.invalid", () => stranger.Budgets.StatementAsync(guarded.Name, DemoCast.Budget, cancel)),
            await RefusedAsync(stage, "a budget with a negative epsilon", "request.invalid-member", () => guarded.Gateway.Budgets.OpenAsync(guarded.Name, "negative", terms, cancel)),
        ];
        var after = await guarded.Gateway.Budgets.StatementAsync(guarded.Name, DemoCast.Budget, cancel);
        if (after.Version != before.Version || after.HeadHash != before.HeadHash)
        {
            throw new DemoFailedException($"A refused request changed the ledger of {guarded.Name}.");
        }

        stage.Narrator.Step($"the ledger of {guarded.Name} is as it was: version {after.Version}, epsilon {after.EpsilonLeft:0.###} left of {after.Terms.Epsilon:0.###}");
        return refusals;
    }

    private static async Task<DemoRefusal> RefusedAsync<T>(DemoStage stage, string what, string code, Func<Task<T>> request)
    {
        try
        {
            await request();
        }
        catch (GatewayException e) when (e.Code == code)
        {
            stage.Narrator.Step($"{what}: refused, {e.Code}: {e.Detail}");
            return new DemoRefusal(what, e.Code, e.Detail);
        }

        throw new DemoFailedException($"This should have been refused with {code}: {what}.");
    }
}
