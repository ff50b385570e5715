namespace PrivacyGrains.Grains.Inference;

/// <content>Calls to the parties' silos: each has a deadline, and a silo that does not answer is a refusal that names its party.</content>
internal sealed partial class InferenceGrain
{
    private async Task<Reply<SideOffer>> SignatureOfAsync(string party, ReadOnlyMemory<byte> roster)
    {
        var reply = await AskAsync(party, grains.GetGrain<IPartyGrain>(party).SignRosterAsync(roster));
        return reply.Value is { } signed ? new SideOffer(party, ReadOnlyMemory<byte>.Empty, signed.Signature) : reply.Refusal!;
    }

    /// <summary>A call to a party's silo: its refusal names the party, and a silo that does not answer is a refusal too.</summary>
    private async Task<Reply<T>> AskAsync<T>(string party, Task<Reply<T>> call, TimeSpan? deadline = null)
        where T : class
    {
        try
        {
            var reply = await call.WaitAsync(deadline ?? CallDeadline, clock);
            return reply.Refusal is { } refusal ? refusal with { Message = $"{party}: {refusal.Message}" } : reply;
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            LogUnreachable(Session, party, e);
            return new Refusal("party.unavailable", $"{party}'s silo does not answer. Start it, then begin a new inference.", RefusalKind.Unavailable);
        }
    }

    private async Task QuietlyAsync(string party, Task call)
    {
        try
        {
            await call.WaitAsync(TimeSpan.FromSeconds(2), clock);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            LogUnreachable(Session, party, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Inference {Session}: {Party} does not answer")]
    private partial void LogUnreachable(string session, string party, Exception exception);
}
