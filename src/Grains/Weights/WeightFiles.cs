using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Weights;

/// <summary>A compute party's shares of models' weights and what was opened of them, until their owner withdraws them or an operator begins an epoch.</summary>
/// <param name="dataFolder">The silo's folder of parties.</param>
public sealed class WeightFiles(string dataFolder) : EpochFiles(dataFolder, "weights");
