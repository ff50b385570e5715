using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Learning.Models;
using PrivacyGrains.Learning.Training;

namespace PrivacyGrains.Learning.Strategies;

/// <summary>What the joint model is compared with: training on one table, with the same options and number of steps.</summary>
public static class Baselines
{
    /// <summary>Trains on one table alone: a hospital by itself, or all rows pooled where nobody minds.</summary>
    /// <param name="rows">The table.</param>
    /// <param name="options">As for the joint model. Without noise the result is an exact function of the rows.</param>
    /// <param name="noise">Cryptographic; unused where the options have no noise.</param>
    /// <returns>The model after all rounds.</returns>
    public static LogisticModel Train(LabelledTable rows, TrainingOptions options, IRandomSource noise)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        var model = LogisticModel.Zero(rows.Schema);
        for (var round = 0; round < options.Rounds; round++)
        {
            model = FederatedAveraging.Apply(model, LocalTrainer.Run(model, rows, options, Math.Max(1, rows.RowCount), noise), 1);
        }

        return model;
    }
}
