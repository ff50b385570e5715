namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Masks and keys of comparison functions, by which two parties compare masked numbers with any thresholds in one opening.</summary>
/// <remarks>One mask serves one number: the keys may be evaluated at several thresholds, the masked number is opened once.</remarks>
public sealed class ThresholdKeys : SingleUse
{
    private readonly (ulong[] Mask, ulong[] Roots, ulong[] Computed, ulong[] Common) _parts;

    internal ThresholdKeys(CorrelationRequest request, ulong[] mask, ulong[] roots, ulong[] computed, ulong[] common)
    {
        Request = request;
        _parts = (mask, roots, computed, common);
    }

    /// <summary>How many numbers it serves.</summary>
    public int Length => _parts.Mask.Length;

    /// <summary>By how many bits the numbers can be shifted right as well; 0 for not at all.</summary>
    public int Shift => Request.Second;

    /// <summary>k: every difference to a threshold must be below 2^(k-1) in absolute value.</summary>
    public int Bits => Request.Third;

    internal CorrelationRequest Request { get; }

    // Computed: r_top, then, with a shift, r shifted.
    internal (ulong[] Mask, ulong[] Roots, ulong[] Computed, ulong[] Common) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>Masks and keys of comparison functions, by which two parties make max(x, 0) of masked numbers in one opening.</summary>
public sealed class ReluKeys : SingleUse
{
    private readonly (ulong[] Mask, ulong[] Roots, ulong[] Computed, ulong[] Common) _parts;

    internal ReluKeys(CorrelationRequest request, ulong[] mask, ulong[] roots, ulong[] computed, ulong[] common)
    {
        Request = request;
        _parts = (mask, roots, computed, common);
    }

    /// <summary>How many numbers it serves.</summary>
    public int Length => _parts.Mask.Length;

    /// <summary>By how many bits the results are shifted right.</summary>
    public int Shift => Request.Second;

    /// <summary>k: every number must be below 2^(k-1) in absolute value.</summary>
    public int Bits => Request.Third;

    internal CorrelationRequest Request { get; }

    // Computed, without a shift: r_top, r_top * r. With one: r_top, r shifted, r_top times that.
    internal (ulong[] Mask, ulong[] Roots, ulong[] Computed, ulong[] Common) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>A mask whose parts serve a truncation and whose XOR-shared bits serve a comparison of the same number.</summary>
public sealed class FusedMask : SingleUse
{
    private readonly (ulong[] Mask, ulong[] Parts, ulong[] Planes) _parts;

    internal FusedMask(int shift, int bits, ulong[] mask, ulong[] parts, ulong[] planes)
    {
        (Shift, Bits) = (shift, bits);
        _parts = (mask, parts, planes);
    }

    /// <summary>How many numbers it serves.</summary>
    public int Length => _parts.Mask.Length;

    /// <summary>By how many bits the numbers are shifted right.</summary>
    public int Shift { get; }

    /// <summary>k: every number must be below 2^(k-2) in absolute value.</summary>
    public int Bits { get; }

    // Parts: r shifted, then its overflow correction.
    internal (ulong[] Mask, ulong[] Parts, ulong[] Planes) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}
