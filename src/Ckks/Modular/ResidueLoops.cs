namespace PrivacyGrains.Ckks.Modular;

/// <summary>Arithmetic on spans of residues modulo one prime: what ciphertext operations spend their time in, beside the transforms. A destination may be an operand.</summary>
internal static class ResidueLoops
{
    public static void Add(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.Add(a[i], b[i]);
        }
    }

    public static void Subtract(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.Subtract(a[i], b[i]);
        }
    }

    public static void Negate(Modulus modulus, ReadOnlySpan<ulong> a, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.Negate(a[i]);
        }
    }

    public static void AddScalar(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.Add(a[i], scalar);
        }
    }

    public static void Multiply(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.Multiply(a[i], b[i]);
        }
    }

    /// <summary>destination += a b.</summary>
    public static void MultiplyAdd(Modulus modulus, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.Add(destination[i], modulus.Multiply(a[i], b[i]));
        }
    }

    public static void MultiplyScalar(Modulus modulus, ReadOnlySpan<ulong> a, ulong scalar, Span<ulong> destination)
    {
        var quotient = modulus.ShoupQuotient(scalar);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.MultiplyShoup(a[i], scalar, quotient);
        }
    }

    /// <summary>Three products at once: (a0 b0, a0 b1 + a1 b0, a1 b1), the destinations apart from the operands.</summary>
    public static void Tensor(
        Modulus modulus, ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, ReadOnlySpan<ulong> b0, ReadOnlySpan<ulong> b1, Span<ulong> first, Span<ulong> second, Span<ulong> third)
    {
        for (var i = 0; i < first.Length; i++)
        {
            first[i] = modulus.Multiply(a0[i], b0[i]);
            second[i] = modulus.Add(modulus.Multiply(a0[i], b1[i]), modulus.Multiply(a1[i], b0[i]));
            third[i] = modulus.Multiply(a1[i], b1[i]);
        }
    }

    /// <summary>Words of another prime, or any, to residues.</summary>
    public static void Reduce(Modulus modulus, ReadOnlySpan<ulong> words, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.Reduce(words[i]);
        }
    }

    /// <summary>destination = (values - others) factor.</summary>
    public static void SubtractMultiply(Modulus modulus, ReadOnlySpan<ulong> values, ReadOnlySpan<ulong> others, ulong factor, Span<ulong> destination)
    {
        var quotient = modulus.ShoupQuotient(factor);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = modulus.MultiplyShoup(modulus.Subtract(values[i], others[i]), factor, quotient);
        }
    }

    /// <summary>destination[i] = source[places[i]].</summary>
    public static void Permute(ReadOnlySpan<ulong> source, ReadOnlySpan<int> places, Span<ulong> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = source[places[i]];
        }
    }
}
