using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Http;
using PrivacyGrains.Messages.Trainings;

namespace PrivacyGrains.Client.Trainings;

/// <summary>Training jobs.</summary>
/// <remarks>Every write has a natural id and may be repeated. A refusal is a <see cref="Errors.GatewayException"/>, as <c>training.bad-bounds</c>.</remarks>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class TrainingsClient(GatewayConnection connection)
{
    /// <summary>All jobs, oldest first.</summary>
    public async Task<IReadOnlyList<TrainingSummary>> ListAsync(CancellationToken cancel = default) =>
        (await connection.GetAsync<Listing<TrainingSummary>>(Segments.Path("trainings"), cancel)).Items;

    /// <summary>Opens a job; operators only. The same terms again are the same job.</summary>
    public Task<TrainingBody> CreateAsync(string job, TrainingTermsBody terms, CancellationToken cancel = default) =>
        connection.SendAsync<TrainingTermsBody, TrainingBody>(HttpMethod.Post, Segments.Path("trainings", job), terms, repeatable: true, cancel: cancel);

    /// <summary>Where a job stands; waits up to <paramref name="waitMilliseconds"/> (at most 5000) while its version is not above <paramref name="after"/>.</summary>
    public Task<TrainingBody> GetAsync(string job, long after = -1, int waitMilliseconds = 0, CancellationToken cancel = default) =>
        connection.GetAsync<TrainingBody>($"{Segments.Path("trainings", job)}?after={after}&waitMilliseconds={waitMilliseconds}", cancel);

    /// <summary>A job at each change, until it has ended.</summary>
    public IAsyncEnumerable<ServerEvent<TrainingBody>> WatchAsync(string job, CancellationToken cancel = default) =>
        connection.FollowAsync<TrainingBody>(Segments.Path("trainings", job, "events"), null, cancel);

    /// <summary>The joint weights after a step (safetensors), unverified; step 0 is where training begins.</summary>
    public Task<byte[]> WeightsAsync(string job, int step, CancellationToken cancel = default) =>
        connection.GetBytesAsync(Segments.Path("trainings", job, "weights", $"{step}"), cancel);

    /// <summary>Ends a job; operators only. Committed charges stand.</summary>
    public Task<TrainingBody> CancelAsync(string job, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<CancelTrainingRequest, TrainingBody>(HttpMethod.Post, Segments.Path("trainings", job, "cancel"), new(reason), repeatable: true, cancel: cancel);
}
