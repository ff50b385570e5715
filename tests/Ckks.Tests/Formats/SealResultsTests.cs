using System.Text.Json;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Modular;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Tests.Formats;

/// <summary>Every operation gives SEAL's words: the digests are node-seal's, of its results not packed.</summary>
public sealed class SealResultsTests
{
    private static readonly JsonElement Expected = Fixtures.Json("expected.json");

    [Fact]
    public void Results_OnNodeSealsCiphertextsAndKeys_AreItsOwn()
    {
        var entry = Expected.GetProperty("real").GetProperty("n2048");
        var context = Context(entry);
        var x = Fixtures.Ciphertext(context, "n2048-x-zstd.seal");
        var y = Fixtures.Ciphertext(context, "n2048-y-zstd.seal");
        Compare(entry, context, x, y, null, Fixtures.Relinearization(context, "n2048-relin.seal"), Fixtures.Galois(context, "n2048-galois.seal"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Results_OnMadeUpWords_AreNodeSeals(int index)
    {
        var entry = Expected.GetProperty("madeUp")[index];
        var context = Context(entry);
        var (data, scale) = (context.DataPrimeCount, entry.GetProperty("scale").GetDouble());
        var (x, y) = (MadeUp(context, data, scale, 1000), MadeUp(context, data, scale, 2000));
        var plaintext = new Plaintext { Scale = scale };
        plaintext.Resize(data, context.Degree);
        Fill(context, plaintext.Words, data, 3000);
        var relin = new RelinearizationKeys(Key(context, 4000));
        var steps = Fixtures.Ints(Expected.GetProperty("steps"));
        var galois = new GaloisKeys(steps.Index().ToDictionary(
            s => s.Item == 0 ? GaloisKeys.ConjugationOf(context) : GaloisKeys.ElementOf(context, s.Item), s => Key(context, 5000 + (100 * s.Index))));

        var loaded = entry.GetProperty("loaded");
        Assert.Equal(loaded.GetProperty("x").GetString(), Fixtures.Digest(context, x));
        Assert.Equal(loaded.GetProperty("relin").GetString(), Fixtures.Digest(context, relin));
        Assert.Equal(loaded.GetProperty("galois").GetString(), Fixtures.Digest(context, galois));
        Compare(entry, context, x, y, plaintext, relin, galois);
    }

    private static CkksContext Context(JsonElement entry) => new(CkksParameters.OfBits(entry.GetProperty("degree").GetInt32(), Fixtures.Ints(entry.GetProperty("bits"))));

    private static void Compare(JsonElement entry, CkksContext context, Ciphertext x, Ciphertext y, Plaintext? plaintext, RelinearizationKeys relin, GaloisKeys galois)
    {
        var evaluator = new CkksEvaluator(context);
        var (product, relinearized, rescaled) = (new Ciphertext(), new Ciphertext(), new Ciphertext());
        evaluator.Multiply(x, y, product);
        evaluator.Relinearize(product, relin, relinearized);
        if (x.PrimeCount > 1)
        {
            evaluator.Rescale(relinearized, rescaled);
        }

        foreach (var expected in entry.GetProperty("results").EnumerateObject())
        {
            var z = new Ciphertext();
            switch (expected.Name.Split(' '))
            {
                case ["add"]: evaluator.Add(x, y, z); break;
                case ["subtract"]: evaluator.Subtract(x, y, z); break;
                case ["negate"]: evaluator.Negate(x, z); break;
                case ["multiply-plain"]: evaluator.MultiplyPlain(x, plaintext!, z); break;
                case ["multiply"]: z = product; break;
                case ["square"]: evaluator.Square(x, z); break;
                case ["relinearize"]: z = relinearized; break;
                case ["rescale"]: z = rescaled; break;
                case ["rescale", "product"]: evaluator.Rescale(product, z); break;
                case ["drop"]: evaluator.DropTo(x, x.PrimeCount - 1, z); break;
                case ["conjugate"]: evaluator.Conjugate(x, galois, z); break;
                case ["rotate", "1", "after", "rescale"]: evaluator.Rotate(rescaled, 1, galois, z); break;
                case ["rotate", var steps]: evaluator.Rotate(x, int.Parse(steps, System.Globalization.CultureInfo.InvariantCulture), galois, z); break;
                default: Assert.Fail(expected.Name); break;
            }

            Assert.True(expected.Value.GetString() == Fixtures.Digest(context, z), $"{expected.Name} at N = {context.Degree} differs from SEAL's.");
        }
    }

    private static SwitchingKey Key(CkksContext context, int stream) =>
        new([.. Enumerable.Range(0, context.DataPrimeCount).Select(j => MadeUp(context, context.PrimeCount, 1, stream + (2 * j)))]);

    private static Ciphertext MadeUp(CkksContext context, int primes, double scale, int stream)
    {
        var ciphertext = new Ciphertext { Scale = scale };
        ciphertext.Resize(2, primes, context.Degree);
        Fill(context, ciphertext.Polynomial(0), primes, stream);
        Fill(context, ciphertext.Polynomial(1), primes, stream + 1);
        return ciphertext;
    }

    /// <summary>The words of tests/vectors/ckks/words.mjs.</summary>
    private static void Fill(CkksContext context, Span<ulong> words, int primes, int stream)
    {
        for (var prime = 0; prime < primes; prime++)
        {
            Modulus modulus = context.Moduli[prime];
            for (var i = prime * context.Degree; i < (prime + 1) * context.Degree; i++)
            {
                unchecked
                {
                    var z = ((ulong)stream * 0x9e3779b97f4a7c15) + ((ulong)(i + 1) * 0xbf58476d1ce4e5b9);
                    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
                    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
                    words[i] = modulus.Reduce(z ^ (z >> 31));
                }
            }
        }
    }
}
