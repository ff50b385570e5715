namespace PrivacyGrains.Protocols.Dealing;

/// <summary>Correlated randomness that serves one protocol step.</summary>
/// <remarks>
/// Secret: <see cref="ToString"/> names the kind only. <c>Consume</c> of the derived types hands the parts out once; a second time it throws, since two
/// openings under one mask reveal the difference of what they hide. Safe against two threads consuming at once.
/// </remarks>
public abstract class SingleUse
{
    private int _consumed;

    private protected SingleUse()
    {
    }

    /// <summary>Whether the parts were handed out.</summary>
    public bool IsConsumed => Volatile.Read(ref _consumed) != 0;

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}{(IsConsumed ? ", consumed" : string.Empty)}";

    private protected void ConsumeOnce()
    {
        if (Interlocked.Exchange(ref _consumed, 1) != 0)
        {
            throw new InvalidOperationException($"This {GetType().Name} was consumed already: correlated randomness serves once.");
        }
    }
}

/// <summary>Shares of (a, b, a * b).</summary>
public sealed class ElementwiseTriple : SingleUse
{
    private readonly (ulong[] A, ulong[] B, ulong[] C) _parts;

    internal ElementwiseTriple(ulong[] a, ulong[] b, ulong[] c) => _parts = (a, b, c);

    /// <summary>How many products it serves.</summary>
    public int Length => _parts.A.Length;

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] A, ulong[] B, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>Shares of (A, B, A * B) for matrices m x k and k x n, row-major.</summary>
public sealed class MatrixTriple : SingleUse
{
    private readonly (ulong[] A, ulong[] B, ulong[] C) _parts;

    internal MatrixTriple(int m, int k, int n, ulong[] a, ulong[] b, ulong[] c)
    {
        (Rows, Inner, Columns) = (m, k, n);
        _parts = (a, b, c);
    }

    /// <summary>m.</summary>
    public int Rows { get; }

    /// <summary>k.</summary>
    public int Inner { get; }

    /// <summary>n.</summary>
    public int Columns { get; }

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] A, ulong[] B, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>Shares of (a, a^2).</summary>
public sealed class SquarePair : SingleUse
{
    private readonly (ulong[] A, ulong[] C) _parts;

    internal SquarePair(ulong[] a, ulong[] c) => _parts = (a, c);

    /// <summary>How many squares it serves.</summary>
    public int Length => _parts.A.Length;

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] A, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>Shares of (r, r shifted right, the overflow correction) for truncation by <see cref="Bits"/>.</summary>
public sealed class TruncationTuple : SingleUse
{
    private readonly (ulong[] Mask, ulong[] High, ulong[] Overflow) _parts;

    internal TruncationTuple(int bits, ulong[] mask, ulong[] high, ulong[] overflow)
    {
        Bits = bits;
        _parts = (mask, high, overflow);
    }

    /// <summary>The shift.</summary>
    public int Bits { get; }

    /// <summary>How many truncations it serves.</summary>
    public int Length => _parts.Mask.Length;

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] Mask, ulong[] High, ulong[] Overflow) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>XOR shares of (a, b, a AND b), packed.</summary>
public sealed class BitTriple : SingleUse
{
    private readonly (ulong[] A, ulong[] B, ulong[] C) _parts;

    internal BitTriple(ulong[] a, ulong[] b, ulong[] c) => _parts = (a, b, c);

    /// <summary>How many words of 64 gates it serves.</summary>
    public int Words => _parts.A.Length;

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] A, ulong[] B, ulong[] C) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>A random bit shared by XOR (packed) and arithmetically: a daBit.</summary>
public sealed class SharedBit : SingleUse
{
    private readonly (ulong[] Packed, ulong[] Arithmetic) _parts;

    internal SharedBit(ulong[] packed, ulong[] arithmetic) => _parts = (packed, arithmetic);

    /// <summary>How many bits.</summary>
    public int Length => _parts.Arithmetic.Length;

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] Packed, ulong[] Arithmetic) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>A uniform element shared arithmetically, and its bits XOR-shared in planes.</summary>
public sealed class ComparisonMask : SingleUse
{
    private readonly (ulong[] Mask, ulong[] Planes) _parts;

    internal ComparisonMask(ulong[] mask, ulong[] planes) => _parts = (mask, planes);

    /// <summary>How many values it masks.</summary>
    public int Length => _parts.Mask.Length;

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] Mask, ulong[] Planes) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>A random bit d shared by XOR (packed) and arithmetically, with shares of (a, a * d).</summary>
public sealed class SelectionTuple : SingleUse
{
    private readonly (ulong[] Packed, ulong[] Bit, ulong[] A, ulong[] Product) _parts;

    internal SelectionTuple(ulong[] packed, ulong[] bit, ulong[] a, ulong[] product) => _parts = (packed, bit, a, product);

    /// <summary>How many products it serves.</summary>
    public int Length => _parts.A.Length;

    /// <summary>Hands out the shares once.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] Packed, ulong[] Bit, ulong[] A, ulong[] Product) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>Shares of a uniform r, and of the first three powers of what is to subtract from the opening of x + r to have x cut by <see cref="Bits"/>.</summary>
public sealed class PowerMask : SingleUse
{
    private readonly (ulong[] Mask, ulong[][] WhereZero, ulong[][] WhereOne) _parts;

    internal PowerMask(int bits, ulong[] mask, ulong[][] whereZero, ulong[][] whereOne)
    {
        Bits = bits;
        _parts = (mask, whereZero, whereOne);
    }

    /// <summary>The cut.</summary>
    public int Bits { get; }

    /// <summary>How many numbers it masks.</summary>
    public int Length => _parts.Mask.Length;

    /// <summary>Hands out the shares once: the mask, and three powers for each value of the opening's top bit.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] Mask, ulong[][] WhereZero, ulong[][] WhereOne) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}

/// <summary>A random bit d shared by XOR (packed) and arithmetically, with shares of a truncation's mask, its two parts and their products with d.</summary>
public sealed class TruncatedSelectionTuple : SingleUse
{
    private readonly (ulong[] Packed, ulong[][] Words) _parts;

    internal TruncatedSelectionTuple(int bits, ulong[] packed, ulong[][] words)
    {
        Bits = bits;
        _parts = (packed, words);
    }

    /// <summary>The shift.</summary>
    public int Bits { get; }

    /// <summary>How many products it serves.</summary>
    public int Length => _parts.Words[0].Length;

    /// <summary>Hands out the shares once: the packed bits, then d, the mask, its high part, its overflow, and d times either.</summary>
    /// <exception cref="InvalidOperationException">They were handed out before.</exception>
    public (ulong[] Packed, ulong[][] Words) Consume()
    {
        ConsumeOnce();
        return _parts;
    }
}
