using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Inferences;

namespace PrivacyGrains.Client.Inferences;

/// <summary>Joint inferences over HTTP: what is sent and fetched here is sealed already, see <see cref="JointInference"/>.</summary>
/// <param name="connection">To the gateway, with a party's API key.</param>
public sealed class InferencesClient(GatewayConnection connection)
{
    /// <summary>All joint inferences, oldest first.</summary>
    public async Task<IReadOnlyList<InferenceSummary>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<InferenceSummary>>(Segments.Path("inferences"), cancel)).Items;

    /// <summary>Opens a joint inference. Repeatable for the same terms.</summary>
    public Task<InferenceBody> CreateAsync(string session, InferenceTermsBody terms, CancellationToken cancel = default) =>
        connection.SendAsync<InferenceTermsBody, InferenceBody>(HttpMethod.Post, Segments.Path("inferences", session), terms, repeatable: true, cancel: cancel);

    /// <summary>Where it stands; waits up to <paramref name="waitMilliseconds"/> (at most 5000) while its version is not above <paramref name="after"/>.</summary>
    public Task<InferenceBody> GetAsync(string session, long after = -1, int waitMilliseconds = 0, CancellationToken cancel = default) =>
        connection.GetAsync<InferenceBody>($"{Segments.Path("inferences", session)}?after={after}&waitMilliseconds={waitMilliseconds}", cancel);

    /// <summary>Gives one input. Repeatable for the same bytes.</summary>
    public Task<InferenceBody> SubmitAsync(string session, string slot, SlotSharesBody input, CancellationToken cancel = default) =>
        connection.SendAsync<SlotSharesBody, InferenceBody>(HttpMethod.Post, Segments.Path("inferences", session, "inputs", slot), input, repeatable: true, cancel: cancel);

    /// <summary>The sealed outputs, for the receiver.</summary>
    public Task<SealedOutputsBody> OutputsAsync(string session, CancellationToken cancel = default) =>
        connection.GetAsync<SealedOutputsBody>(Segments.Path("inferences", session, "outputs"), cancel);

    /// <summary>Ends it without a result; its receiver only. Repeatable.</summary>
    public Task<InferenceBody> CancelAsync(string session, CancellationToken cancel = default) =>
        connection.DeleteAsync<InferenceBody>(Segments.Path("inferences", session), cancel);

    /// <summary>Ends it without a result; operators only.</summary>
    public Task<InferenceBody> AbortAsync(string session, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<AbortInferenceRequest, InferenceBody>(HttpMethod.Post, Segments.Path("inferences", session, "abort"), new(reason), repeatable: true, cancel: cancel);

    /// <summary>Models whose weights were opened and are held, by their openings, oldest first; withdrawn ones too.</summary>
    public async Task<IReadOnlyList<InferenceSummary>> HeldAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<InferenceSummary>>(Segments.Path("held-weights"), cancel)).Items;

    /// <summary>Of an opening: how its weights stand at the compute parties.</summary>
    public Task<WeightsStandingBody> WeightsAsync(string opening, CancellationToken cancel = default) =>
        connection.GetAsync<WeightsStandingBody>(Segments.Path("inferences", opening, "weights"), cancel);

    /// <summary>Of an opening: its compute parties let go of the weights for good; their owner only. Repeatable.</summary>
    public Task<WeightsStandingBody> WithdrawAsync(string opening, CancellationToken cancel = default) =>
        connection.DeleteAsync<WeightsStandingBody>(Segments.Path("inferences", opening, "weights"), cancel);
}
