using System.Collections.Immutable;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Comparison;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>Single protocols as work: inputs are random words, results are opened and compared.</summary>
/// <remarks>Triples of products are expanded from their seed beforehand; the masks and bit triples of a comparison while it runs, as a session does it.</remarks>
internal static class PrimitiveWorks
{
    /// <summary>Products of two parties, each pair under a triple of a dealer.</summary>
    public static BenchWork Multiply(string name, int count)
    {
        var scheme = SharingScheme.Additive(2);
        return new BenchWork(name, scheme, 1, BenchMessage.LengthOf(2 * count), table =>
        {
            var (x, y) = (Words(count), Words(count));
            var (xs, ys) = (Split(scheme, x), Split(scheme, y));
            ElementwiseTriple[] triples = [.. Deal(scheme, [CorrelationRequest.ElementwiseTriple(count)]).Select(c => Dispose(c, c.TakeElementwiseTriple(count)))];
            var product = new ulong[count];
            Ring64.Multiply(x, y, product);
            return Run(table, seat => seat.RunAsync(BeaverMultiplication.Begin(seat.Committee, xs[seat.Committee.Self], ys[seat.Committee.Self], triples[seat.Committee.Self])), product);
        });
    }

    /// <summary>Products of three parties, of whom one may be curious, without a dealer.</summary>
    public static BenchWork ShamirMultiply(string name, int count)
    {
        var scheme = SharingScheme.Shamir(3, 1);
        return new BenchWork(name, scheme, 1, 2 * BenchMessage.LengthOf(count), table =>
        {
            ulong[] x = [.. Words(count).Select(word => word % Field61.Modulus)], y = [.. Words(count).Select(word => word % Field61.Modulus)];
            var (xs, ys) = (Split(scheme, x), Split(scheme, y));
            var product = new ulong[count];
            Field61.Multiply(x, y, product);
            return Run(
                table, seat => seat.RunAsync(DegreeReduction.Multiply(seat.Committee, xs[seat.Committee.Self], ys[seat.Committee.Self], SystemRandomSource.Instance)), product);
        });
    }

    /// <summary>Comparisons of 63-bit numbers with zero, of two parties.</summary>
    public static BenchWork Compare(string name, int count)
    {
        var scheme = SharingScheme.Additive(2);
        var words = ThresholdComparison.WordsPerRound(scheme, count, 1);
        return new BenchWork(name, scheme, words.Length, words.Sum(BenchMessage.LengthOf), table =>
        {
            var x = Words(count);
            for (var i = 0; i < count; i++)
            {
                x[i] = unchecked((ulong)((long)x[i] >> 1)); // the comparison's range
            }

            var shares = Split(scheme, x);
            var correlations = Deal(scheme, ThresholdComparison.Requests(scheme, count, 1));
            var results = new ImmutableArray<BitShares>[scheme.Parties];
            return new BenchRun(
                [
                    .. table.Seats.Select(seat => (Func<Task>)(async () =>
                    {
                        var self = seat.Committee.Self;
                        using var own = correlations[self];
                        results[self] = await seat.RunAsync(ThresholdComparison.Begin(seat.Committee, shares[self], [0L], own));
                    })),
                ],
                () =>
                {
                    for (var i = 0; i < count; i++)
                    {
                        var bit = ((results[0][0].Words[i / 64] ^ results[1][0].Words[i / 64]) >> (i % 64)) & 1;
                        Require(bit == (unchecked((long)x[i]) >= 0 ? 1UL : 0UL));
                    }
                });
        });
    }

    /// <summary>Triples of two parties, made by a dealer who works alone.</summary>
    public static BenchWork DealTriples(string name, int count)
    {
        var scheme = SharingScheme.Additive(2);
        var plan = PreprocessingPlan.Create(scheme, [CorrelationRequest.ElementwiseTriple(count)]);
        var bytes = plan.BlobBytes(1, PartyTable.Session);
        return new BenchWork(name, scheme, 0, bytes, _ =>
        {
            ImmutableArray<byte[]> blobs = [];
            return new BenchRun(
                [() => Task.FromResult(blobs = Dealer.Deal(plan, PartyTable.Session, SystemRandomSource.Instance))],
                () => Require(blobs.Max(blob => (long)blob.Length) == bytes));
        });
    }

    /// <summary>Uniform words that nobody keeps secret.</summary>
    internal static ulong[] Words(int count)
    {
        var words = new ulong[count];
        UniformElements.FillRing64(SystemRandomSource.Instance, words);
        return words;
    }

    internal static Correlations[] Deal(SharingScheme scheme, IEnumerable<CorrelationRequest> requests)
    {
        var plan = PreprocessingPlan.Create(scheme, requests);
        return [.. Dealer.Deal(plan, PartyTable.Session, SystemRandomSource.Instance).Select((blob, party) => Correlations.Expand(blob, plan, PartyTable.Session, party).Value)];
    }

    private static BenchRun Run(PartyTable table, Func<Seat, Task<ShareTensor>> side, ulong[] expected)
    {
        var shares = new ShareTensor[table.Seats.Length];
        return new BenchRun(
            [.. table.Seats.Select(seat => (Func<Task>)(async () => shares[seat.Committee.Self] = await side(seat)))],
            () => Require(SecretSharing.Reconstruct(shares).Value.AsSpan().SequenceEqual(expected)));
    }

    private static ImmutableArray<ShareTensor> Split(SharingScheme scheme, ulong[] values) =>
        SecretSharing.Split(scheme, values, TensorShape.Of(values.Length), SystemRandomSource.Instance);

    private static T Dispose<T>(Correlations used, T taken)
    {
        used.Dispose();
        return taken;
    }

    private static void Require(bool isRight)
    {
        if (!isRight)
        {
            throw new InvalidOperationException("The result is wrong.");
        }
    }
}
