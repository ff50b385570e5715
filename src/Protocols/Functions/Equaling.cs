using System.Collections.Immutable;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>Arithmetic shares of the bits x = v for public numbers v, by whichever protocol is faster: keys where two parties have them, in one round, a <see cref="ZeroTest"/> of every difference and a conversion of its bits elsewhere.</summary>
/// <remarks>The sources, ranges and security of <see cref="KeyedEquality"/> and of <see cref="ZeroTest"/> with <see cref="BitConversion"/>. All results lie one after the other: of the first value for all numbers, then of the second.</remarks>
/// <param name="Scheme">How values are shared.</param>
/// <param name="Count">Numbers.</param>
/// <param name="Values">Public numbers that each is compared with.</param>
/// <param name="Reach">Every difference is below 2^k in absolute value, k its bits.</param>
internal readonly record struct Equaling(SharingScheme Scheme, int Count, int Values, ComparisonReach Reach)
{
    private int Tests => checked(Count * Values);

    internal ImmutableArray<CorrelationRequest> Requests =>
        Reach.Keyed ? KeyedEquality.Requests(Count, Reach.Bits) : [.. ZeroTest.Requests(Tests, Reach.Bits), CorrelationRequest.SharedBit(Tests)];

    internal ImmutableArray<int> WordsPerRound =>
        Reach.Keyed ? KeyedEquality.WordsPerRound(Count) : Traffic.InTurn(ZeroTest.WordsPerRound(Tests, Reach.Bits), [Arithmetic.PackedBits.WordsFor(Tests)]);

    /// <summary>Leaves values x numbers zeros and ones.</summary>
    internal IEnumerable<AwaitingPeers[]> Script(Committee committee, ShareTensor x, ImmutableArray<long> values, Correlations correlations, Slot<ShareTensor> slot) => Reach.Keyed
        ? KeyedScript(committee, x, values, correlations.TakeEqualityKeys(Count, Reach.Bits), slot)
        : CircuitScript(committee, x, values, ZeroTest.Take(Tests, Reach.Bits, correlations), correlations.TakeSharedBit(Tests), slot);

    private static IEnumerable<AwaitingPeers[]> KeyedScript(Committee committee, ShareTensor x, ImmutableArray<long> values, EqualityKeys keys, Slot<ShareTensor> slot)
    {
        var equal = KeyedEquality.Begin(committee, x, values, keys);
        yield return [equal];
        var words = new ulong[values.Length * x.Shape.Length];
        for (var v = 0; v < values.Length; v++)
        {
            equal.Result[v].Words.CopyTo(words.AsSpan(v * x.Shape.Length));
        }

        slot.Value = ShareTensor.Own(committee.Scheme, committee.Self, TensorShape.Of(values.Length, x.Shape.Length), words);
    }

    private static IEnumerable<AwaitingPeers[]> CircuitScript(
        Committee committee, ShareTensor x, ImmutableArray<long> values, (ComparisonMask Mask, BitTriple[] Triples, int Bits) material, SharedBit shared, Slot<ShareTensor> slot)
    {
        var algebra = committee.Scheme.Algebra;
        var shape = TensorShape.Of(values.Length, x.Shape.Length);
        var differences = new ulong[shape.Length];
        for (var v = 0; v < values.Length; v++)
        {
            var part = differences.AsSpan(v * x.Shape.Length, x.Shape.Length);
            x.Words.CopyTo(part);
            if (committee.Scheme.AddsConstants(committee.Self))
            {
                algebra.AddConstant(part, algebra.FromSigned(-values[v]), part);
            }
        }

        var bits = new Slot<BitShares>();
        foreach (var round in ZeroTest.Script(committee, ShareTensor.Own(committee.Scheme, committee.Self, shape, differences), material, bits))
        {
            yield return round;
        }

        var converted = BitConversion.Begin(committee, bits.Value, shared, shape);
        yield return [converted];
        slot.Value = converted.Result;
    }
}
