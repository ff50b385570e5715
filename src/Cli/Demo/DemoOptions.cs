namespace PrivacyGrains.Cli.Demo;

/// <summary>What the demo was asked for.</summary>
/// <param name="Seed">Fixes who gets which records, and nothing else: weights begin at zero, and no seed reaches noise, masks or keys.</param>
/// <param name="Data">The folder that keeps keys, journals and records, so that a run can be resumed; null for one that is removed at the end.</param>
/// <param name="Epsilon">The training's target at <see cref="DemoCast.Delta"/>; null for a training without noise, without charges and without a claim.</param>
/// <param name="Url">A consortium that runs already; null to start one in this process.</param>
/// <param name="KeyFile">With a consortium that runs already: the operator's API key.</param>
internal sealed record DemoOptions(int Seed, string? Data, double? Epsilon, Uri? Url = null, string? KeyFile = null);
