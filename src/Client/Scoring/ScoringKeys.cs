using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Messages.Scoring;

namespace PrivacyGrains.Client.Scoring;

/// <summary>A client's own keys for one set of parameters. The secret key stays here: nothing that is sent depends on it but as CKKS's keys and ciphertexts do.</summary>
/// <remarks>Evaluation keys tell the service nothing about rows, but which rotations are asked for and that two requests come from the same client.</remarks>
public sealed class ScoringKeys : IDisposable
{
    private readonly KeyGenerator _generator;

    private ScoringKeys(CkksContext context, KeyGenerator generator) => (Context, _generator) = (context, generator);

    /// <summary>The parameters.</summary>
    public CkksContext Context { get; }

    /// <summary>The secret key. Cleared when this is disposed.</summary>
    public SecretKey Secret => _generator.SecretKey;

    /// <summary>Parameters as a service states them, checked here: security, primes and id.</summary>
    /// <param name="body">As it came.</param>
    /// <exception cref="GatewayException"><c>scoring.bad-parameters</c>: they are not what they should be; nothing must be encrypted under them.</exception>
    public static CkksContext Check(CkksParametersBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var primes = body.Primes.Select(p => ulong.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var prime) ? prime : 0).ToImmutableArray();
        if (CkksParameters.TryCreate(body.Degree, primes, out var parameters) is { } wrong)
        {
            throw new GatewayException("scoring.bad-parameters", 0, $"The service's parameters are refused here: {wrong}.");
        }

        var context = new CkksContext(parameters!);
        return context.IdOf(context.PrimeCount).ToString() == body.ParametersId
            ? context
            : throw new GatewayException("scoring.bad-parameters", 0, "The service's parameters and their id do not belong together.");
    }

    /// <summary>Draws keys.</summary>
    /// <param name="context">The parameters.</param>
    public static ScoringKeys Make(CkksContext context) => new(context, new KeyGenerator(context, SystemRandomSource.Instance));

    /// <summary>Takes a secret key that exists; it is cleared with this.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="secret">Of these parameters.</param>
    public static ScoringKeys Of(CkksContext context, SecretKey secret) => new(context, new KeyGenerator(context, secret, SystemRandomSource.Instance));

    /// <summary>Writes one kind of keys as a SEAL object.</summary>
    /// <param name="kind">public, relinearization or galois.</param>
    /// <param name="steps">For galois: the rotations.</param>
    /// <param name="framing">Dialect and packing.</param>
    /// <param name="destination">Written in order.</param>
    public void Write(string kind, IReadOnlyCollection<int> steps, SealFraming framing, IBufferWriter<byte> destination)
    {
        switch (kind)
        {
            case "public":
                SealWriter.WritePublicKey(Context, _generator.CreatePublicKey(), framing, destination);
                break;
            case "relinearization":
                SealWriter.WriteRelinearizationKeys(Context, _generator.CreateRelinearizationKeys(), framing, destination);
                break;
            case "galois":
                SealWriter.WriteGaloisKeys(Context, _generator.CreateGaloisKeys(steps), framing, destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "public, relinearization or galois.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _generator.Dispose();

    /// <inheritdoc/>
    public override string ToString() => "ScoringKeys(redacted)";
}
