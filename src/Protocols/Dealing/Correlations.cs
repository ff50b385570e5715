using System.Security.Cryptography;
using System.Text;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>One party's correlated randomness for one session: a seed, a correction and how far both are used up.</summary>
/// <remarks>
/// Secret. <c>Take...</c> hands out the plan's batches in the plan's order, each once; asking for another kind or size than the plan's next is the
/// caller's bug. Batches are expanded as they are taken, so that memory holds one at a time beside the correction. <see cref="Dispose"/> clears the key
/// and the correction. Taking durably, so that no crash lets a blob serve twice, is the party's grain's duty.
/// </remarks>
public sealed partial class Correlations : IDisposable
{
    private const string MessageKind = "mpc.correlations";
    private const byte MessageVersion = 1;

    private readonly AesCtrRandomSource _stream;
    private readonly ulong[] _correction;
    private int _next;
    private int _used;

    private Correlations(PreprocessingPlan plan, SessionId name, int party, ReadOnlySpan<byte> seed, ulong[] correction)
    {
        Plan = plan;
        Name = name;
        Party = party;
        _stream = new AesCtrRandomSource(seed);
        _correction = correction;
    }

    /// <summary>What was dealt.</summary>
    public PreprocessingPlan Plan { get; }

    /// <summary>What was dealt is called so: the session that it was made for, or a lot that was dealt ahead. The same at all parties of one deal, and at no other.</summary>
    public SessionId Name { get; }

    /// <summary>Whose it is.</summary>
    public int Party { get; }

    /// <summary>Batches not yet taken.</summary>
    public int Remaining => Plan.Requests.Length - _next;

    /// <summary>Opens what the dealer sent.</summary>
    /// <param name="blob">One of <see cref="Dealer.Deal"/>'s blobs, from bytes that may be hostile.</param>
    /// <param name="plan">What this party expects to have been dealt.</param>
    /// <param name="session">The session that the blob must serve, or the lot that it must be.</param>
    /// <param name="party">This party's index.</param>
    /// <param name="dealer">Whom a fault names.</param>
    /// <returns>
    /// The correlations, or a fault: <c>correlations.malformed</c>, <c>correlations.foreign-session</c>, <c>correlations.another-plan</c>,
    /// <c>correlations.another-party</c>, <c>correlations.wrong-length</c>, <c>correlations.not-an-element</c>.
    /// </returns>
    public static Checked<Correlations> Expand(ReadOnlySpan<byte> blob, PreprocessingPlan plan, SessionId session, int party, PartyId? dealer = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfNegative(party);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(party, plan.Scheme.Parties);
        var wanted = plan.CorrectionWords(party);
        var reader = new WireReader(blob, MessageKind, MessageVersion);
        var blobSession = reader.Text();
        var digest = reader.Bytes(SHA256.HashSizeInBytes);
        var blobParty = reader.Int32();
        var seed = reader.Bytes(AesCtrRandomSource.SeedLength);
        var correction = reader.Words(PreprocessingPlan.MaximumCorrection);
        if (!reader.Finish() || seed.Length != AesCtrRandomSource.SeedLength)
        {
            return new ProtocolFault("correlations.malformed", dealer, "a dealer's blob", reader.Failure ?? "a seed of another length");
        }

        if (blobSession != session.Value)
        {
            return new ProtocolFault("correlations.foreign-session", dealer, session.Value, "another session");
        }

        if (!digest.SequenceEqual(plan.Digest()))
        {
            return new ProtocolFault("correlations.another-plan", dealer, plan.ToString(), "another list of correlations");
        }

        if (blobParty != party)
        {
            return new ProtocolFault("correlations.another-party", dealer, $"party {party}", $"party {blobParty}");
        }

        if (correction.Length != wanted)
        {
            return new ProtocolFault("correlations.wrong-length", dealer, $"{wanted} words of correction", $"{correction.Length}");
        }

        return AreElements(plan, party, correction)
            ? new Correlations(plan, session, party, seed, correction)
            : new ProtocolFault("correlations.not-an-element", dealer, $"elements of {plan.Scheme.Algebra.Name}", "a word that is none");
    }

    /// <summary>Triples for elementwise products.</summary>
    public ElementwiseTriple TakeElementwiseTriple(int count)
    {
        var parts = Take(CorrelationRequest.ElementwiseTriple(count));
        return new ElementwiseTriple(parts[0], parts[1], parts[2]);
    }

    /// <summary>A triple for an m x k by k x n product.</summary>
    public MatrixTriple TakeMatrixTriple(int m, int k, int n)
    {
        var parts = Take(CorrelationRequest.MatrixTriple(m, k, n));
        return new MatrixTriple(m, k, n, parts[0], parts[1], parts[2]);
    }

    /// <summary>A fresh matrix with its product with a mask of weights.</summary>
    public MaskedMatrixTriple TakeMaskedMatrix(int m, int k, int n, int slot)
    {
        var parts = Take(CorrelationRequest.MaskedMatrix(m, k, n, slot));
        return new MaskedMatrixTriple(m, k, n, slot, parts[0], parts[1]);
    }

    /// <summary>A triple for a convolution.</summary>
    internal ConvolutionTriple TakeConvolution(ConvolutionShape shape, int? slots)
    {
        var parts = Take(CorrelationRequest.Convolution(shape, slots));
        return new ConvolutionTriple(shape, slots, parts[0], slots is null ? parts[1] : [], parts[^1]);
    }

    /// <summary>A triple for the dot products of rows.</summary>
    public DotProductTriple TakeDotProduct(int rows, int length)
    {
        var parts = Take(CorrelationRequest.DotProduct(rows, length));
        return new DotProductTriple(rows, length, parts[0], parts[1], parts[2]);
    }

    /// <summary>A pair for the sums of the squares of rows.</summary>
    public SquareSumPair TakeSquareSum(int rows, int length)
    {
        var parts = Take(CorrelationRequest.SquareSum(rows, length));
        return new SquareSumPair(rows, length, parts[0], parts[1]);
    }

    /// <summary>Pairs for squares.</summary>
    public SquarePair TakeSquare(int count)
    {
        var parts = Take(CorrelationRequest.Square(count));
        return new SquarePair(parts[0], parts[1]);
    }

    /// <summary>Tuples for truncations by so many bits.</summary>
    public TruncationTuple TakeTruncation(int count, int bits)
    {
        var parts = Take(CorrelationRequest.Truncation(count, bits));
        return new TruncationTuple(bits, parts[0], parts[1], parts[2]);
    }

    /// <summary>Triples for AND gates, 64 to a word.</summary>
    public BitTriple TakeBitTriple(int words)
    {
        var parts = Take(CorrelationRequest.BitTriple(words));
        return new BitTriple(parts[0], parts[1], parts[2]);
    }

    /// <summary>Bits shared both ways.</summary>
    public SharedBit TakeSharedBit(int count)
    {
        var parts = Take(CorrelationRequest.SharedBit(count));
        return new SharedBit(parts[0], parts[1]);
    }

    /// <summary>Masks for comparisons.</summary>
    public ComparisonMask TakeComparisonMask(int count)
    {
        var parts = Take(CorrelationRequest.ComparisonMask(count));
        return new ComparisonMask(parts[0], parts[1]);
    }

    /// <summary>Tuples for products of an element and a bit.</summary>
    public SelectionTuple TakeSelection(int count)
    {
        var parts = Take(CorrelationRequest.Selection(count));
        return new SelectionTuple(parts[0], parts[1], parts[2], parts[3]);
    }

    /// <summary>Masks for truncations and comparisons of the same numbers.</summary>
    public FusedMask TakeFusedMask(int count, int shift, int bits)
    {
        var parts = Take(CorrelationRequest.FusedMask(count, shift, bits));
        return new FusedMask(shift, bits, parts[0], parts[1], parts[2]);
    }

    /// <summary>Masks for cubes of numbers that lose so many bits first.</summary>
    public PowerMask TakePowerMask(int count, int bits)
    {
        var parts = Take(CorrelationRequest.PowerMask(count, bits));
        return new PowerMask(bits, parts[0], parts[1..4], bits == 0 ? parts[1..4] : parts[4..7]);
    }

    /// <summary>Tuples for products of truncated numbers and bits.</summary>
    public TruncatedSelectionTuple TakeTruncatedSelection(int count, int bits)
    {
        var parts = Take(CorrelationRequest.TruncatedSelection(count, bits));
        return new TruncatedSelectionTuple(bits, parts[0], parts[1..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_correction.AsSpan()));
        _next = Plan.Requests.Length;
    }

    /// <inheritdoc/>
    public override string ToString() => $"correlations of party {Party}, {Remaining} of {Plan.Requests.Length} batches left";

    internal static long HeaderBytes(SessionId session) =>
        sizeof(int) + MessageKind.Length + 1 + sizeof(int) + Encoding.UTF8.GetByteCount(session.Value) + sizeof(int) + SHA256.HashSizeInBytes
        + sizeof(int) + sizeof(int) + AesCtrRandomSource.SeedLength + sizeof(int);

    internal static byte[] WriteBlob(SessionId session, ReadOnlySpan<byte> digest, int party, ReadOnlySpan<byte> seed, ReadOnlySpan<ulong> correction) =>
        new WireWriter(MessageKind, MessageVersion, checked((int)(HeaderBytes(session) + ((long)correction.Length * sizeof(ulong)))))
            .Text(session.Value).Bytes(digest).Int32(party).Bytes(seed).Words(correction).ToArray();

    private static bool AreElements(PreprocessingPlan plan, int party, ReadOnlySpan<ulong> correction)
    {
        foreach (var request in plan.Requests)
        {
            foreach (var part in request.Parts(plan.Scheme.Algebra))
            {
                if (!PreprocessingPlan.IsCorrected(plan.Scheme, part.Role, party))
                {
                    continue;
                }

                if (part.Role is not (PartRole.FixedBits or PartRole.Common) && !plan.Scheme.Algebra.AreElements(correction[..part.Words]))
                {
                    return false;
                }

                correction = correction[part.Words..];
            }
        }

        return true;
    }

    /// <summary>This party's share of a mask of weights; used up in the one opening that <see cref="Beaver.MaskedWeights"/> begins.</summary>
    internal ulong[] TakeWeightMask(int count) => Take(CorrelationRequest.WeightMask(count))[0];

    private ulong[][] Take(CorrelationRequest wanted)
    {
        if (_next >= Plan.Requests.Length || Plan.Requests[_next] != wanted)
        {
            throw new InvalidOperationException(
                $"{wanted} was asked for; the plan's next batch is {(_next < Plan.Requests.Length ? Plan.Requests[_next] : "none")}.");
        }

        _next++;
        return [.. wanted.Parts(Plan.Scheme.Algebra).Select(Part)];
    }

    private ulong[] Part(CorrelationPart part)
    {
        var words = new ulong[part.Words];
        if (PreprocessingPlan.IsCorrected(Plan.Scheme, part.Role, Party))
        {
            _correction.AsSpan(_used, words.Length).CopyTo(words);
            _used += words.Length;
        }
        else if (part.Role is PartRole.Random or PartRole.Fixed)
        {
            Plan.Scheme.Algebra.FillUniform(_stream, words);
        }
        else
        {
            UniformElements.FillRing64(_stream, words);
        }

        return words;
    }
}
