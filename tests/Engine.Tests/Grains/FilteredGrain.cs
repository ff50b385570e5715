namespace PrivacyGrains.Engine.Tests.Grains;

/// <summary>A grain whose calls pass filters.</summary>
[Alias("test.IFilteredGrain")]
public interface IFilteredGrain : IGrainWithStringKey
{
    [Alias("EchoAsync")]
    Task<string> EchoAsync(string text);
}

internal sealed class FilteredGrain(Probe probe) : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<string> EchoAsync(string text)
    {
        probe.Add("method");
        return Task.FromResult(text);
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        probe.Add("own filter");
        await context.Invoke();
    }
}

/// <summary>The silo's filter: notes each call of that grain, refuses some, and signs the answers.</summary>
internal sealed class SiloFilter(Probe probe) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType != typeof(IFilteredGrain))
        {
            await context.Invoke();
            return;
        }

        probe.Add($"silo filter: {context.TargetId.Key} {context.MethodName} {context.ImplementationMethod.DeclaringType!.Name}");
        if (context.TargetId.Key.ToString() == "forbidden")
            throw new UnauthorizedAccessException("not this grain");
        await context.Invoke();
        context.Result += ", signed";
    }
}
