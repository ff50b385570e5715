using System.Globalization;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Grains.Rounds;
using PrivacyGrains.Grains.Tests.Hosting;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Training;
using PrivacyGrains.Privacy.Queries;
using PrivacyGrains.Privacy.Queries.Selects;
using PrivacyGrains.Protocols.Identity;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Rounds;

/// <summary>A hospital with rows of its own, as its agent acts: computes what a round's computation says, and pays at its own ledger.</summary>
internal sealed class Hospital(TestConsortium consortium, string party, SigningKey key, Table rows)
{
    public string Party => party;

    public Table Rows => rows;

    public IBudgetLedgerGrain Ledger => consortium.Ledger(party);

    /// <summary>Checks the round's computation, computes, and reserves the charge.</summary>
    public async Task<Participation> JoinAsync(RoundPlan plan)
    {
        var (words, rho) = plan.OwnerKind == RoundPlanRules.Training ? await TrainAsync(plan) : Answer(plan);
        if (rho > 0)
        {
            var binding = ReceiptRules.BindingOf(plan, RoundProtocol.ContextOf(plan, TestConsortium.Name).Value.Roster);
            Value(await Ledger.ReserveAsync(new ChargeRequest(plan.Session, "charge", $"{plan.OwnerKind}/{plan.OwnerId}", "consortium", binding, new PrivacyLoss("zcdp", rho), 0)));
        }

        return new Participation(this, plan, words, new RoundClient(party, key, words) { Receipt = static (_, _) => null }, rho > 0);
    }

    /// <summary>Twenty rows: the label is M where the radius is above 15; the texture says nothing.</summary>
    public static Table TwentyRows(int seed) => Table.TryCreate(
        ["radius", "texture", "diagnosis"],
        Enumerable.Range(0, 20).Select(i => (IReadOnlyList<string>)[Number(5 + i + (i < 10 ? 0 : 1) + (0.1 * seed)), Number((i * 7 + seed) % 40), i < 10 ? "B" : "M"]),
        out var table,
        out var fault) ? table : throw new InvalidOperationException(fault.Message);

    private async Task<(ulong[] Words, double Rho)> TrainAsync(RoundPlan plan)
    {
        Assert.True(TrainingStepSpec.TryDecode(plan.Computation, out var spec, out var fault), fault);
        var weights = Value(await OwnerWorld.AgainAsync(() => consortium.Cluster.Grains.GetGrain<ITrainingGrain>(plan.OwnerId).WeightsAsync(spec.Step - 1))).Payload;
        Assert.Equal(spec.BaseWeights, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(weights.Span)));
        Assert.True(LogisticModelFile.TryRead(weights.Span, out var model, out fault), fault);
        Assert.True(LabelledTable.TryCreate(rows, spec.SchemaFor(rows), out var labelled, out var wrong), wrong?.Message);
        var update = LocalTrainer.Run(model, labelled, spec.Options(), rows.RowCount, SystemRandomSource.Instance);
        return (spec.Words().Encode(update, 1, SystemRandomSource.Instance), spec.RoundRho().Value);
    }

    private (ulong[] Words, double Rho) Answer(RoundPlan plan)
    {
        Assert.True(SelectQuerySpec.TryDecode(plan.Computation, out var spec, out var fault), fault);
        Assert.True(SelectNoise.TryWords(rows, spec.Query(), spec.Noise(), SystemRandomSource.Instance, out var words, out var wrong), wrong?.Message);
        return (words, spec.Rho);
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A hospital's part in one round.</summary>
/// <param name="Hospital">Whose.</param>
/// <param name="Plan">The round.</param>
/// <param name="Words">What it enters.</param>
/// <param name="Client">The protocol's client.</param>
/// <param name="IsCharged">Whether it reserved a charge.</param>
internal sealed record Participation(Hospital Hospital, RoundPlan Plan, ulong[] Words, RoundClient Client, bool IsCharged)
{
    /// <summary>Answers a phase; the charge is committed just before the masked input leaves.</summary>
    public async Task AnswerAsync(IRoundGrain round, string phase)
    {
        if (phase == RoundPhases.CollectMaskedInputs && IsCharged)
        {
            var receipt = Value(await Hospital.Ledger.CommitAsync(Plan.Session));
            Client.Receipt = (_, _) => receipt;
        }

        Value(await round.SubmitAsync(await Client.AnswerAsync(round, Plan, phase)));
    }

    /// <summary>Leaves before its masked input: nothing could be opened, so the charge goes back.</summary>
    public async Task RefundAsync() => Value(await Hospital.Ledger.RefundAsync(Plan.Session, "left before the upload"));
}
