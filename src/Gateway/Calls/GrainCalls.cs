using PrivacyGrains.Gateway.Hosting;
using PrivacyGrains.Grains;

namespace PrivacyGrains.Gateway.Calls;

/// <summary>The grains behind the gateway, each call within the deadline.</summary>
/// <remarks>After the deadline the grain's method runs on: whether a write happened is then not known, which is what its answer says.</remarks>
public sealed class GrainCalls(IGrainFactory grains, GatewaySettings settings, TimeProvider clock)
{
    /// <summary>Makes further grains' references, for rooms that this class does not know.</summary>
    public IGrainFactory Factory => grains;

    /// <summary>The consortium's name: the key of its grains.</summary>
    public string ConsortiumName => settings.Consortium;

    /// <summary>The consortium's book.</summary>
    public IConsortiumGrain Consortium => grains.GetGrain<IConsortiumGrain>(settings.Consortium);

    /// <summary>The consortium's audit log.</summary>
    public IAuditLogGrain Audit => grains.GetGrain<IAuditLogGrain>(settings.Consortium);

    /// <summary>A party's presence.</summary>
    public IPartyGrain Party(string party) => grains.GetGrain<IPartyGrain>(party);

    /// <summary>A budget's ledger.</summary>
    public IBudgetLedgerGrain Ledger(string party, string budget) => grains.GetGrain<IBudgetLedgerGrain>($"{party}/{budget}");

    /// <summary>A model.</summary>
    public IModelGrain Model(string model) => grains.GetGrain<IModelGrain>(model);

    /// <summary>A model that scores encrypted rows.</summary>
    public IEncryptedModelGrain EncryptedModel(string model) => grains.GetGrain<IEncryptedModelGrain>(model);

    /// <summary>A credential's key set for a model: another credential's request names another grain.</summary>
    public IEvaluationKeysGrain KeySet(string credential, string model, string keySet) => grains.GetGrain<IEvaluationKeysGrain>($"{credential}/{model}/{keySet}");

    /// <summary>A joint inference's grain.</summary>
    public IInferenceGrain Inference(string session) => grains.GetGrain<IInferenceGrain>(session);

    /// <summary>Waits for a call to a grain of the coordinator's.</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="call">Under way.</param>
    /// <param name="cancel">The request's.</param>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public Task<T> Within<T>(Task<T> call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.WaitAsync(settings.CallDeadline, clock, cancel);
    }

    /// <summary>Waits for a call to a grain of the coordinator's that answers nothing.</summary>
    /// <param name="call">Under way.</param>
    /// <param name="cancel">The request's.</param>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public Task Within(Task call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.WaitAsync(settings.CallDeadline, clock, cancel);
    }

    /// <summary>Waits for a call to a grain that runs on a party's silo; where that is not there, the answer names the party (503 <c>party.unavailable</c>).</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="party">Whose silo.</param>
    /// <param name="call">Starts the call.</param>
    /// <param name="cancel">The request's.</param>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public async Task<T> OfParty<T>(string party, Func<Task<T>> call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return await Within(call(), cancel);
        }
        catch (OrleansException e)
        {
            throw new PartyUnavailableException(party, $"The silo of {party} is not there. Nothing was changed; try again when it is.", e);
        }
        catch (FileNotFoundException e)
        {
            throw new PartyUnavailableException(party, $"The silo of {party} has no signing key for it. Join from the silo's own data folder, or put the key there.", e);
        }
    }

    /// <summary>The same for a call that answers nothing.</summary>
    /// <param name="party">Whose silo.</param>
    /// <param name="call">Starts the call.</param>
    /// <param name="cancel">The request's.</param>
    public Task OfParty(string party, Func<Task> call, CancellationToken cancel) =>
        OfParty(
            party,
            async () =>
            {
                await call();
                return true;
            },
            cancel);
}
