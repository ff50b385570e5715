using PrivacyGrains.Client.Http;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Rounds;
using PrivacyGrains.Messages.Work;

namespace PrivacyGrains.Client.Rounds;

/// <summary>Secure-aggregation rounds and a party's board of work.</summary>
/// <remarks>Every write may be repeated: the same bytes again are accepted silently. A refusal is a <see cref="Errors.GatewayException"/>, as <c>round.wrong-phase</c>.</remarks>
/// <param name="connection">To which gateway, as whom.</param>
public sealed class RoundsClient(GatewayConnection connection)
{
    /// <summary>What the caller's party is asked to take part in; waits up to <paramref name="waitMilliseconds"/> (at most 5000) while the version is not above <paramref name="after"/>.</summary>
    public Task<WorkBody> WorkAsync(string party, long after = -1, int waitMilliseconds = 0, CancellationToken cancel = default) =>
        connection.GetAsync<WorkBody>($"{Segments.Path("parties", party, "work")}?after={after}&waitMilliseconds={waitMilliseconds}", cancel);

    /// <summary>Where a round stands; waits as <see cref="WorkAsync"/> does.</summary>
    public Task<RoundBody> GetAsync(string owner, int number, long after = -1, int waitMilliseconds = 0, CancellationToken cancel = default) =>
        connection.GetAsync<RoundBody>($"{Path(owner, number)}?after={after}&waitMilliseconds={waitMilliseconds}", cancel);

    /// <summary>A round at each change, until it has ended.</summary>
    public IAsyncEnumerable<ServerEvent<RoundBody>> WatchAsync(string owner, int number, CancellationToken cancel = default) =>
        connection.FollowAsync<RoundBody>(Path(owner, number, "events"), null, cancel);

    /// <summary>What the coordinator hands to the caller's party at the start of a phase, unverified.</summary>
    public Task<byte[]> InboxAsync(string owner, int number, RoundStep step, CancellationToken cancel = default) =>
        connection.GetBytesAsync(Path(owner, number, "inbox", Name(step)), cancel);

    /// <summary>Sends the caller's message of one phase; for the upload see the other.</summary>
    public Task<RoundBody> SubmitAsync(string owner, int number, RoundStep step, ReadOnlyMemory<byte> message, CancellationToken cancel = default) =>
        connection.SendBytesAsync<RoundBody>(HttpMethod.Post, Path(owner, number, Name(step)), message, repeatable: true, cancel: cancel);

    /// <summary>Sends the caller's masked input behind the receipt that pays for it.</summary>
    public Task<RoundBody> UploadAsync(string owner, int number, ChargeReceiptBody? receipt, ReadOnlyMemory<byte> maskedInput, CancellationToken cancel = default) =>
        SubmitAsync(owner, number, RoundStep.Upload, MaskedUpload.Write(receipt, maskedInput.Span), cancel);

    /// <summary>The caller's party leaves the round.</summary>
    public Task<RoundBody> WithdrawAsync(string owner, int number, string reason, CancellationToken cancel = default) =>
        connection.SendAsync<WithdrawRequest, RoundBody>(HttpMethod.Post, Path(owner, number, "withdraw"), new(reason), repeatable: true, cancel: cancel);

    private static string Name(RoundStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Name;
    }

    private static string Path(string owner, int number, params string[] rest) => Segments.Path(["rounds", owner, $"{number}", .. rest]);
}
