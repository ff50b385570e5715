using System.Runtime.CompilerServices;

namespace PrivacyGrains.Engine.Tests.Grains;

/// <summary>A grain that produces a stream.</summary>
[Alias("test.IStreamGrain")]
public interface IStreamGrain : IGrainWithStringKey
{
    /// <summary>Counts up; waits at the gate "wait" before that element; throws in place of the element "fail".</summary>
    [Alias("CountAsync")]
    IAsyncEnumerable<int> CountAsync(int to, int wait, int fail, CancellationToken cancellationToken = default);

    [Alias("CallAsync")]
    Task CallAsync();
}

internal sealed class StreamGrain(Probe probe) : Grain, IStreamGrain
{
    public async IAsyncEnumerable<int> CountAsync(int to, int wait, int fail, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            for (var i = 1; i <= to; i++)
            {
                if (i == wait)
                {
                    probe.Add("waiting");
                    await probe.Gate("stream").WaitAsync(cancellationToken);
                }

                if (i == fail)
                    throw new InvalidOperationException("no element " + i);
                yield return i;
                await Task.Yield();
            }
        }
        finally
        {
            probe.Add("stream closed");
        }
    }

    public Task CallAsync() => Task.CompletedTask;
}
