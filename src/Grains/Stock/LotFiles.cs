using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Stock;

/// <summary>Lots of correlations on a party's disk, each until it is taken.</summary>
/// <param name="dataFolder">The silo's folder of parties.</param>
public sealed class LotFiles(string dataFolder) : EpochFiles(dataFolder, "stock");
