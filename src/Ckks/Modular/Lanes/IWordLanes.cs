namespace PrivacyGrains.Ckks.Modular.Lanes;

/// <summary>Some words side by side: eight, four or one. What is written once against this runs at each width, and every width gives the same words.</summary>
/// <typeparam name="TVector">The words.</typeparam>
internal interface IWordLanes<TVector>
    where TVector : struct
{
    /// <summary>How many words.</summary>
    static abstract int Count { get; }

    static abstract TVector Of(ulong word);

    static abstract TVector Load(ref ulong first, nuint at);

    static abstract void Store(TVector words, ref ulong first, nuint at);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>The smaller, unsigned: with x and x - m it takes m away where it can be taken.</summary>
    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector ShiftLeft(TVector a, int bits);

    /// <summary>The high half of each word, in the low half.</summary>
    static abstract TVector HighHalf(TVector a);

    static abstract TVector MultiplyLow(TVector a, TVector b);

    /// <summary>floor(a b / 2^64), or 1 or 2 less: the carries out of the low halves are left out.</summary>
    /// <param name="a">Words.</param>
    /// <param name="b">Words.</param>
    /// <param name="bHigh"><see cref="HighHalf"/> of <paramref name="b"/>.</param>
    static abstract TVector MultiplyHigh(TVector a, TVector b, TVector bHigh);

    static abstract TVector Xor(TVector a, TVector b);

    static abstract TVector RotateRight(TVector a, int bits);

    /// <summary>Words from other places.</summary>
    static abstract TVector Gather(ref ulong first, ref int places, nuint at);
}
