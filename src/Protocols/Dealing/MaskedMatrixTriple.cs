namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Shares of (A, A * B) for a fresh m x k matrix A and the k x n mask B of a tensor of weights.</summary>
public sealed class MaskedMatrixTriple : SingleUse
{
    private readonly (ulong[] A, ulong[] C) _parts;

    internal MaskedMatrixTriple(int m, int k, int n, int slot, ulong[] a, ulong[] c)
    {
        (Rows, Inner, Columns, Slot) = (m, k, n, slot);
        _parts = (a, c);
    }

    /// <summary>m.</summary>
    public int Rows { get; }

    /// <summary>k.</summary>
    public int Inner { get; }

    /// <summary>n.</summary>
    public int Columns { get; }

    /// <summary>Which of the masked tensors B masks.</summary>
    public int Slot { get; }

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] A, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}
