namespace PrivacyGrains.Grains.Hosting;

/// <summary>What every grain of a silo is told.</summary>
/// <param name="Consortium">The consortium's name: the key of its book and of its audit log. A name like a party's.</param>
/// <param name="Silo">This silo's name, for views and logs.</param>
public sealed record GrainSettings(string Consortium, string Silo);
