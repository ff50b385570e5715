using PrivacyGrains.Client.Inferences;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;

namespace PrivacyGrains.Gateway.Tests.Inferences;

/// <summary>What a caller makes of a logistic model before anything is shared.</summary>
public class LogisticScoringTests
{
    private static readonly Standardisation Ranges = Standardisation.Of([new FeatureRange("a", 0, 10), new FeatureRange("b", 0, 20), new FeatureRange("c", -1, 1)]);
    private static readonly LogisticModel Model = LogisticModel.Create(Ranges, [1, 2, 3, 0.5]);

    [Fact]
    public void Weights_FollowTheOrderOfTheParties_Columns() =>
        Assert.Equal([3, 1, 2, 0.5], LogisticScoring.Weights(Model, Question(("h-1", ["c"]), ("h-2", ["a", "b"]))));

    [Fact]
    public void Scale_UsesThePublicRangeOfEachColumn() =>
        Assert.Equal([0, -1, 0.5, 1], LogisticScoring.Scale([[0, 0], [0.5, 20]], ["c", "b"], Ranges));

    [Fact]
    public void Scale_OfANumberThatIsNotFinite_OrAColumnWithoutARange_IsRefusedByName()
    {
        Assert.Throws<ArgumentException>(() => LogisticScoring.Scale([[double.NaN]], ["a"], Ranges));
        Assert.Contains("z", Assert.Throws<ArgumentException>(() => LogisticScoring.Scale([[1]], ["z"], Ranges)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_OfAColumnThatIsNone_OrMissing_OrTooLarge_AreRefusedByName()
    {
        Assert.Contains("z", Assert.Throws<ArgumentException>(() => LogisticScoring.Weights(Model, Question(("h-1", ["a", "b", "c"]), ("h-2", ["z"])))).Message, StringComparison.Ordinal);
        Assert.Contains("feature c", Assert.Throws<ArgumentException>(() => LogisticScoring.Weights(Model, Question(("h-1", ["a"]), ("h-2", ["b"])))).Message, StringComparison.Ordinal);
        var large = LogisticModel.Create(Ranges, [1, 65, 3, 0.5]);
        Assert.Throws<ArgumentException>(() => LogisticScoring.Weights(large, Question(("h-1", ["a", "b"]), ("h-2", ["c"]))));
    }

    [Fact]
    public void Question_ThatNamesAColumnTwice_OrOneComputingParty_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Question(("h-1", ["a", "b"]), ("h-2", ["a"])));
        Assert.Throws<ArgumentException>(() => Question(("h-1", ["a", "b", "c"])));
    }

    [Fact]
    public void Plan_OfFiftyRecordsAndThirtyFeatures_TakesThreeRounds() => Assert.Equal(3, LogisticScoring.Plan(50, 30, 2).Rounds);

    private static InferenceQuestion Question(params (string, IReadOnlyList<string>)[] features) => LogisticScoring.Question(2, features, "clinic", null, "dealer", "scores", "records");
}
