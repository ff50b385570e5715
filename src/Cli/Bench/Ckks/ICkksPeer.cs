namespace PrivacyGrains.Cli.Bench.Ckks;

/// <summary>Somebody else's implementation, measured in the same run.</summary>
internal interface ICkksPeer : IAsyncDisposable
{
    /// <summary>Makes its keys and operands.</summary>
    /// <param name="set">The parameters.</param>
    /// <param name="cancel">Ends it.</param>
    Task PrepareAsync(CkksSet set, CancellationToken cancel);

    /// <summary>Does an operation some times.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="runs">How often.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Microseconds of each run; empty where it does not have the operation.</returns>
    Task<IReadOnlyList<double>> RunAsync(string operation, int runs, CancellationToken cancel);
}
