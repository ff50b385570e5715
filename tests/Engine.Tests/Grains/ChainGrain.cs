namespace PrivacyGrains.Engine.Tests.Grains;

/// <summary>Calls another grain that calls back.</summary>
[Alias("test.IChainGrain")]
public interface IChainGrain : IGrainWithStringKey
{
    [Alias("RoundTripAsync")]
    Task<string> RoundTripAsync(string other, bool reentrant);

    [Alias("ForwardAsync")]
    Task<string> ForwardAsync(IChainGrain back);

    [Alias("AnswerAsync")]
    Task<string> AnswerAsync();

    [AlwaysInterleave]
    [Alias("SeenAsync")]
    Task<string?> SeenAsync(string key, string? other, bool overwrite);
}

internal sealed class ChainGrain : Grain, IChainGrain
{
    public async Task<string> RoundTripAsync(string other, bool reentrant)
    {
        using var section = reentrant ? RequestContext.AllowCallChainReentrancy() : RequestContext.SuppressCallChainReentrancy();
        return await GrainFactory.GetGrain<IChainGrain>(other).ForwardAsync(this.AsReference<IChainGrain>());
    }

    public Task<string> ForwardAsync(IChainGrain back) => back.AnswerAsync();

    public Task<string> AnswerAsync() => Task.FromResult("answer of " + this.GetPrimaryKeyString());

    public async Task<string?> SeenAsync(string key, string? other, bool overwrite)
    {
        if (other is not null)
            return await GrainFactory.GetGrain<IChainGrain>(other).SeenAsync(key, null, overwrite);

        var seen = RequestContext.Get(key) as string;
        if (overwrite)
            RequestContext.Set(key, "overwritten");
        return seen;
    }
}
