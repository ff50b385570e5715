namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Shares of (A, B, c): two matrices of equal shape, row-major, and the dot product of each row of the one with the same row of the other.</summary>
public sealed class DotProductTriple : SingleUse
{
    private readonly (ulong[] A, ulong[] B, ulong[] C) _parts;

    internal DotProductTriple(int rows, int length, ulong[] a, ulong[] b, ulong[] c)
    {
        (Rows, Length) = (rows, length);
        _parts = (a, b, c);
    }

    /// <summary>How many dot products it serves.</summary>
    public int Rows { get; }

    /// <summary>Numbers in a row.</summary>
    public int Length { get; }

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] A, ulong[] B, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>Shares of (A, c): a matrix, row-major, and the sum of the squares of each of its rows.</summary>
public sealed class SquareSumPair : SingleUse
{
    private readonly (ulong[] A, ulong[] C) _parts;

    internal SquareSumPair(int rows, int length, ulong[] a, ulong[] c)
    {
        (Rows, Length) = (rows, length);
        _parts = (a, c);
    }

    /// <summary>How many sums it serves.</summary>
    public int Rows { get; }

    /// <summary>Numbers in a row.</summary>
    public int Length { get; }

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] A, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}
