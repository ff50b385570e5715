using System.Diagnostics;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Cli.Bench.Ckks;

/// <summary>Native SEAL, where the build has the leaf (<c>-p:Seal=true</c>): found by its name, for nothing here refers to it.</summary>
internal sealed class SealNetPeer : ICkksPeer
{
    private readonly Func<CkksContext, int, int, IReadOnlyDictionary<string, Action>> _prepare;
    private IReadOnlyDictionary<string, Action> _operations = new Dictionary<string, Action>();

    private SealNetPeer(Func<CkksContext, int, int, IReadOnlyDictionary<string, Action>> prepare) => _prepare = prepare;

    /// <summary>Looks for it.</summary>
    /// <returns>Null where the build does not have it.</returns>
    public static SealNetPeer? Find() =>
        Type.GetType("PrivacyGrains.Ckks.Seal.SealOperations, PrivacyGrains.Ckks.Seal")?.GetMethod("Prepare") is { } method
            ? new SealNetPeer(method.CreateDelegate<Func<CkksContext, int, int, IReadOnlyDictionary<string, Action>>>()) : null;

    /// <inheritdoc/>
    public Task PrepareAsync(CkksSet set, CancellationToken cancel)
    {
        _operations = _prepare(new CkksContext(CkksParameters.OfBits(set.Degree, set.Bits)), set.ScaleBits, set.Features);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> RunAsync(string operation, int runs, CancellationToken cancel)
    {
        var times = new List<double>();
        for (var i = 0; i < runs && _operations.TryGetValue(operation, out var once); i++)
        {
            var start = Stopwatch.GetTimestamp();
            once();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return Task.FromResult<IReadOnlyList<double>>(times);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
