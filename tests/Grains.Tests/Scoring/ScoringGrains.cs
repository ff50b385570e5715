using System.Buffers;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Grains.Scoring;
using PrivacyGrains.Grains.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;

namespace PrivacyGrains.Grains.Tests.Scoring;

/// <summary>A consortium with one linear model under small parameters, and a client's keys, made once.</summary>
internal sealed class ScoringGrains : IAsyncDisposable
{
    public const string Model = "credit";
    public const string Owner = "lender";
    public const string Client = "fintech";
    public const int Slots = 2048;
    public static readonly double[] Weights = [0.75, -1.25, 0.5];
    private static readonly SealFraming Plain = new(new SealVersion(4, 1), SealCompression.None);

    // Keys take a moment and tell nothing about another test.
    private static readonly Lazy<(CkksContext Context, KeyGenerator Keys)> Made = new(() =>
    {
        var context = new CkksContext(Ckks.Parameters.CkksParameters.OfBits(4096, 36, 36, 37));
        return (context, new KeyGenerator(context, SystemRandomSource.Instance));
    });

    private ScoringGrains(TestConsortium consortium) => Consortium = consortium;

    public TestConsortium Consortium { get; }

    public static CkksContext Context => Made.Value.Context;

    public static KeyGenerator Keys => Made.Value.Keys;

    public static byte[] PublicKey => Write(w => SealWriter.WritePublicKey(Context, Keys.CreatePublicKey(), Plain, w));

    public static byte[] SecretKey => Write(w => SecretKeyFile.Write(Context, Keys.SecretKey, Plain.Version, w));

    public static byte[] GaloisKeysOf(params int[] steps) => Write(w => SealWriter.WriteGaloisKeys(Context, Keys.CreateGaloisKeys(steps), Plain, w));

    public IEncryptedModelGrain Grain => GrainOf(Model);

    public static async Task<ScoringGrains> StartAsync(long rows = 1_000_000, TimeProvider? clock = null, ScoringSettings? settings = null)
    {
        var world = new ScoringGrains(await TestConsortium.StartWithAsync(clock ?? TimeProvider.System, services => services.AddSingleton(settings ?? new ScoringSettings()), null, "h-1"));
        Caller.Set(Owner);
        Value(await world.Grain.RegisterAsync(Registration(rows)));
        return world;
    }

    public static EncryptedModelRegistration Registration(long rows, double bias = 0.125) =>
        new(EncryptedModelFile.Write(EncryptedModel.Linear(Weights, bias, 4)), 4096, [36, 36, 37], rows, [], "identity", "test", IsOperator: false);

    public IEncryptedModelGrain GrainOf(string model) => Consortium.Cluster.Grains.GetGrain<IEncryptedModelGrain>(model);

    public IEvaluationKeysGrain Set(string set = "s-1", string credential = Client) => Consortium.Cluster.Grains.GetGrain<IEvaluationKeysGrain>($"{credential}/{Model}/{set}");

    public static KeySetTerms Terms => new(1, 4096, Context.Parameters.Primes, Context.IdOf(Context.PrimeCount).ToString(), 24);

    /// <summary>A set with a public key.</summary>
    public async Task<string> KeySetAsync(string set = "s-1")
    {
        Value(await Set(set).CreateAsync(Terms));
        Value(await UploadAsync(Set(set), KeyKinds.Public, PublicKey));
        return set;
    }

    public static async Task<Reply<KeySetView>> UploadAsync(IEvaluationKeysGrain set, string kind, byte[] bytes, string? digest = null, int piece = IEvaluationKeysGrain.PieceBytes)
    {
        var begun = await set.BeginAsync(kind);
        if (begun.Refusal is { } refusal)
        {
            return refusal;
        }

        foreach (var (chunk, index) in bytes.Chunk(piece).Select((c, i) => (c, i)))
        {
            if ((await set.AppendAsync(begun.Value!.Upload, index, chunk)).Refusal is { } no)
            {
                return no;
            }
        }

        return await set.CommitAsync(begun.Value!.Upload, digest ?? Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    public ScoreRequest Request(string id, byte[]? body = null, string set = "s-1") => new(id, 0, set, "batched", body ?? Encrypt(1), "");

    public Task<Reply<ScoreAnswer>> ScoreAsync(ScoreRequest request, string credential = Client, CancellationToken cancel = default) => As(credential, () => Grain.ScoreAsync(request, cancel));

    public async Task<long> UsedAsync() => Value(await As(Client, Grain.GetAsync)).Quota.Used;

    /// <summary>Calls as a credential: the name is this flow's, and gone with it.</summary>
    public static async Task<T> As<T>(string credential, Func<Task<T>> call)
    {
        Caller.Set(credential);
        return await call();
    }

    /// <summary>Three ciphertexts whose slots hold x, 2x and 3x.</summary>
    public static byte[] Encrypt(double x) => Write(writer =>
    {
        var (encoder, encryptor) = (new CkksEncoder(Context), new Encryptor(Context, SystemRandomSource.Instance));
        var plan = ScoringPlan.Create(Context.Parameters, EncryptedModel.Linear(Weights, 0.125, 4), ScoringLayout.Batched);
        for (var i = 1; i <= 3; i++)
        {
            var (plain, cipher, slots) = (new Plaintext(), new Ciphertext(), new double[Slots]);
            Array.Fill(slots, x * i);
            encoder.Encode(slots, plan.InputScale, Context.DataPrimeCount, plain);
            var seed = encryptor.EncryptSymmetric(plain, Keys.SecretKey, cipher);
            SealWriter.WriteCiphertext(Context, cipher, Plain, writer, seed);
        }
    });

    public static double Decrypt(ReadOnlyMemory<byte> answer)
    {
        var (cipher, plain, slots) = (new Ciphertext(), new Plaintext(), new double[Slots]);
        Assert.Null(SealReader.ReadCiphertext(Context, answer.Span, cipher, out _));
        new Decryptor(Context, Keys.SecretKey).Decrypt(cipher, plain);
        new CkksEncoder(Context).Decode(plain, slots);
        return slots[7];
    }

    public int FilesOf(string set = "s-1")
    {
        var folder = Path.Combine(Consortium.Folder, "consortium", "evaluation-keys", Client, Model, set);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Count() : 0;
    }

    public ValueTask DisposeAsync() => Consortium.DisposeAsync();

    private static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        return writer.WrittenSpan.ToArray();
    }
}
