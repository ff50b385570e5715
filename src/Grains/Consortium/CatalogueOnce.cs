using PrivacyGrains.Grains.Hosting;
using PrivacyGrains.Grains.Journaling;

namespace PrivacyGrains.Grains.Consortium;

/// <summary>Enters a grain into the consortium's catalogue, after its own state is durable; a coordinator that is away is tried again at the next call.</summary>
internal sealed class CatalogueOnce(IGrainFactory grains, GrainSettings settings, TimeProvider clock)
{
    private readonly OneAtATime _calls = new(clock, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
    private bool _entered;

    /// <summary>Enters it, unless this activation has done so. Does not throw.</summary>
    /// <param name="kind">Of <see cref="CatalogueKinds"/>.</param>
    /// <param name="id">The grain's key.</param>
    /// <param name="title">For people.</param>
    public async Task EnterAsync(string kind, string id, string title) =>
        _entered = _entered || await _calls.TryAsync(
            () => grains.GetGrain<IConsortiumGrain>(settings.Consortium).RegisterAsync(new CatalogueEntry(kind, id, title, clock.GetUtcNow()))) is null;
}
