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
        return new BenchWork(name, scheme, 1, BenchMessage.LengthOf(2 * count), random =>
        {
            var (x, y) = (Words(random, count), Words(random, count));
            var (xs, ys) = (Split(scheme, x, random), Split(scheme, y, random));
            ElementwiseTriple[] triples = [.. Deal(scheme, [CorrelationRequest.ElementwiseTriple(count)], random).Select(c => Dispose(c, c.TakeElementwiseTriple(count)))];
            return Run(
                scheme, (seat, self) => seat.RunAsync(BeaverMultiplication.Begin(seat.Committee, xs[self], ys[self], triples[self])), () => Product(scheme, x, y));
        });
    }

    /// <summary>Products of three parties, of whom one may be curious, without a dealer.</summary>
    public static BenchWork ShamirMultiply(string name, int count)
    {
        var scheme = SharingScheme.Shamir(3, 1);
        return new BenchWork(name, scheme, 1, 2 * BenchMessage.LengthOf(count), random =>
        {
            ulong[] x = [.. Words(random, count).Select(word => word % Field61.Modulus)], y = [.. Words(random, count).Select(word => word % Field61.Modulus)];
            var (xs, ys) = (Split(scheme, x, random), Split(scheme, y, random));
            return Run(
                scheme, (seat, self) => seat.RunAsync(DegreeReduction.Multiply(seat.Committee, xs[self], ys[self], SystemRandomSource.Instance)), () => Product(scheme, x, y));
        });
    }

    /// <summary>Comparisons of 63-bit numbers with zero, of two parties.</summary>
    public static BenchWork Compare(string name, int count)
    {
        var scheme = SharingScheme.Additive(2);
        var words = ThresholdComparison.WordsPerRound(scheme, count, 1);
        return new BenchWork(name, scheme, words.Length, words.Sum(BenchMessage.LengthOf), random =>
        {
            var x = Words(random, count);
            for (var i = 0; i < count; i++)
            {
                x[i] = unchecked((ulong)((long)x[i] >> 1)); // the comparison's range
            }

            var shares = Split(scheme, x, random);
            var correlations = Deal(scheme, ThresholdComparison.Requests(scheme, count, 1), random);
            return new BenchRun(
                async seat =>
                {
                    var self = seat.Committee.Self;
                    using var own = correlations[self];
                    var result = await seat.RunAsync(ThresholdComparison.Begin(seat.Committee, shares[self], [0L], own));
                    return () => result[0].Words.ToArray();
                },
                results =>
                {
                    for (var i = 0; i < count; i++)
                    {
                        var bit = ((results[0][i / 64] ^ results[1][i / 64]) >> (i % 64)) & 1;
                        Require(bit == (unchecked((long)x[i]) >= 0 ? 1UL : 0UL));
                    }
                });
        });
    }

    /// <summary>The same in one round, by keys of comparison functions.</summary>
    public static BenchWork CompareByKeys(string name, int count)
    {
        var scheme = SharingScheme.Additive(2);
        return new BenchWork(name, scheme, 1, BenchMessage.LengthOf(count), random =>
        {
            var x = Words(random, count);
            for (var i = 0; i < count; i++)
            {
                x[i] = unchecked((ulong)((long)x[i] >> 1)); // the comparison's range
            }

            var shares = Split(scheme, x, random);
            var correlations = Deal(scheme, KeyedComparison.Requests(count, 64), random);
            return new BenchRun(
                async seat =>
                {
                    var self = seat.Committee.Self;
                    using var own = correlations[self];
                    var result = await seat.RunAsync(KeyedComparison.Begin(seat.Committee, shares[self], [0L], own.TakeThresholdKeys(count, 0, 64)));
                    return () => result[0].Words.ToArray();
                },
                results => Require(Open(scheme, results).AsSpan().SequenceEqual([.. x.Select(word => unchecked((long)word) >= 0 ? 1UL : 0)])));
        });
    }

    /// <summary>Triples of two parties, made by a dealer who works alone.</summary>
    public static BenchWork DealTriples(string name, int count)
    {
        var scheme = SharingScheme.Additive(2);
        var plan = PreprocessingPlan.Create(scheme, [CorrelationRequest.ElementwiseTriple(count)]);
        var bytes = plan.BlobBytes(1, PartyTable.Session);
        return new BenchWork(name, scheme, 0, bytes, random => new BenchRun(
            _ =>
            {
                var blobs = Dealer.Deal(plan, PartyTable.Session, random);
                return Task.FromResult<Func<ulong[]>>(() => [(ulong)blobs.Max(blob => blob.Length)]);
            },
            results => Require(results[0][0] == (ulong)bytes)));
    }

    /// <summary>Uniform words that nobody keeps secret.</summary>
    internal static ulong[] Words(IRandomSource random, int count)
    {
        var words = new ulong[count];
        UniformElements.FillRing64(random, words);
        return words;
    }

    internal static Correlations[] Deal(SharingScheme scheme, IEnumerable<CorrelationRequest> requests, IRandomSource random)
    {
        var plan = PreprocessingPlan.Create(scheme, requests);
        return [.. Dealer.Deal(plan, PartyTable.Session, random).Select((blob, party) => Correlations.Expand(blob, plan, PartyTable.Session, party).Value)];
    }

    /// <summary>Puts what the parties computed together again.</summary>
    internal static ulong[] Open(SharingScheme scheme, IReadOnlyList<ulong[]> results) =>
        SecretSharing.Reconstruct([.. results.Select((words, party) => ShareTensor.Create(scheme, party, TensorShape.Of(words.Length), words))]).Value;

    private static BenchRun Run(SharingScheme scheme, Func<Seat, int, Task<ShareTensor>> side, Func<ulong[]> expected) => new(
        async seat =>
        {
            var share = await side(seat, seat.Committee.Self);
            return () => share.Words.ToArray();
        },
        results => Require(Open(scheme, results).AsSpan().SequenceEqual(expected())));

    private static ulong[] Product(SharingScheme scheme, ulong[] x, ulong[] y)
    {
        var product = new ulong[x.Length];
        scheme.Algebra.Multiply(x, y, product);
        return product;
    }

    private static ImmutableArray<ShareTensor> Split(SharingScheme scheme, ulong[] values, IRandomSource random) =>
        SecretSharing.Split(scheme, values, TensorShape.Of(values.Length), random);

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
