namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Masks and keys of point functions, by which two parties tell in one opening where masked numbers are equal to public ones.</summary>
/// <remarks>One mask serves one number: the keys may be evaluated for several public numbers, the masked number is opened once.</remarks>
public sealed class EqualityKeys : SingleUse
{
    private readonly (ulong[] Mask, ulong[] Roots, ulong[] Common) _parts;

    internal EqualityKeys(CorrelationRequest request, ulong[] mask, ulong[] roots, ulong[] common)
    {
        Request = request;
        _parts = (mask, roots, common);
    }

    /// <summary>How many numbers it serves.</summary>
    public int Length => _parts.Mask.Length;

    /// <summary>k: every difference to a public number must be below 2^k in absolute value.</summary>
    public int Bits => Request.Third;

    internal CorrelationRequest Request { get; }

    internal (ulong[] Mask, ulong[] Roots, ulong[] Common) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}
