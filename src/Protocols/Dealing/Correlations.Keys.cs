namespace PrivacyGrains.Protocols.Dealing;

/// <content>Batches with keys of functions that two parties share.</content>
public sealed partial class Correlations
{
    /// <summary>Masks and keys for comparisons with thresholds.</summary>
    public ThresholdKeys TakeThresholdKeys(int count, int shift, int bits, int leftOut = 0)
    {
        var request = CorrelationRequest.ThresholdKeys(count, shift, bits, leftOut);
        var parts = Take(request);
        return new ThresholdKeys(request, parts[0], parts[1], parts[2], parts[3]);
    }

    /// <summary>Masks and keys for max(x, 0).</summary>
    public ReluKeys TakeReluKeys(int count, int shift, int bits)
    {
        var request = CorrelationRequest.ReluKeys(count, shift, bits);
        var parts = Take(request);
        return new ReluKeys(request, parts[0], parts[1], parts[2], parts[3]);
    }

    /// <summary>Masks and keys for equality with public numbers.</summary>
    public EqualityKeys TakeEqualityKeys(int count, int bits)
    {
        var request = CorrelationRequest.EqualityKeys(count, bits);
        var parts = Take(request);
        return new EqualityKeys(request, parts[0], parts[1], parts[2]);
    }
}
