using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>All correlated randomness of one computation, in the order in which it is taken.</summary>
/// <remarks>Public: it goes from the computation's planner to the dealer, who learns sizes and nothing else.</remarks>
public sealed class PreprocessingPlan
{
    private const string MessageKind = "mpc.preprocessing";
    private const byte MessageVersion = 2;
    private const int MaximumRequests = 1 << 16;

    /// <summary>The most words of correction for one party: 1 GiB.</summary>
    internal const int MaximumCorrection = 1 << 27;

    private PreprocessingPlan(SharingScheme scheme, ImmutableArray<CorrelationRequest> requests, ReadOnlySpan<byte> maskDigest)
    {
        Scheme = scheme;
        Requests = requests;
        MaskDigest = maskDigest.ToArray();
    }

    /// <summary>How values are shared.</summary>
    public SharingScheme Scheme { get; }

    /// <summary>The batches in order.</summary>
    public ImmutableArray<CorrelationRequest> Requests { get; }

    /// <summary>The digest of the <see cref="WeightMaskPlan"/> whose masks products are made with; empty where there are none.</summary>
    public ReadOnlyMemory<byte> MaskDigest { get; }

    /// <summary>Checks the batches and makes them a plan.</summary>
    /// <param name="scheme">How values are shared.</param>
    /// <param name="requests">The batches in order.</param>
    /// <param name="maskDigest">Names the masks of weights, where products are made with them: a <see cref="WeightMaskPlan.Digest"/>; else empty.</param>
    /// <exception cref="ArgumentException">
    /// Products with masks are wanted and no masks are named, or the other way round; a request is a default value or of a kind that the scheme has not, there are more than 65536, or a party's correction would pass 2^27 words.
    /// </exception>
    public static PreprocessingPlan Create(SharingScheme scheme, IEnumerable<CorrelationRequest> requests, ReadOnlySpan<byte> maskDigest = default)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(requests);
        ImmutableArray<CorrelationRequest> all = [.. requests];
        if (all.Length > MaximumRequests || all.Any(request => !Enum.IsDefined(request.Kind)))
        {
            throw new ArgumentException($"At most {MaximumRequests} requests, none of them a default value, make a plan; these are {all.Length}.", nameof(requests));
        }

        foreach (var foreign in all.Where(request => !request.Fits(scheme)))
        {
            throw new ArgumentException($"{scheme} has no {foreign}.", nameof(requests));
        }

        if (!NamesMasks(all, maskDigest))
        {
            throw new ArgumentException("Products with masks of weights need the digest of those masks, and no others have one.", nameof(maskDigest));
        }

        var plan = new PreprocessingPlan(scheme, all, maskDigest);
        return Corrections(plan, scheme.Parties - 1) <= MaximumCorrection
            ? plan
            : throw new ArgumentException("The last party's correction would pass 2^27 words; cut the computation into batches.", nameof(requests));
    }

    /// <summary>Words that a party gets beside its seed.</summary>
    /// <param name="party">0 to n - 1.</param>
    /// <remarks>
    /// Additive: none but for the last party, who gets one word per computed element and per 64 computed bits, and for the keys of comparison functions, whose common part both parties get. Shamir: the seeds of the first t parties
    /// (t + 1 for uniform elements) determine the polynomials; everybody after them gets the share itself.
    /// </remarks>
    public long CorrectionWords(int party)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(party);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(party, Scheme.Parties);
        return Corrections(this, party);
    }

    /// <summary>The length in bytes of what the dealer sends to a party.</summary>
    /// <param name="party">0 to n - 1.</param>
    /// <param name="session">Its name is part of the message.</param>
    public long BlobBytes(int party, SessionId session) => Correlations.HeaderBytes(session) + (sizeof(ulong) * CorrectionWords(party));

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new WireWriter(MessageKind, MessageVersion)
            .Byte((byte)Scheme.Kind).Int32(Scheme.Parties).Int32(Scheme.CorruptionThreshold).Bytes(MaskDigest.Span).Int32(Requests.Length);
        foreach (var request in Requests)
        {
            _ = writer.Byte((byte)request.Kind).Int32(request.First).Int32(request.Second).Int32(request.Third).Int32(request.Fourth);
            request.Shape?.Write(writer);
        }

        return writer.ToArray();
    }

    /// <summary>SHA-256 over <see cref="ToBytes"/>.</summary>
    public byte[] Digest() => SHA256.HashData(ToBytes());

    /// <summary>Reads a plan from bytes that may be hostile.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> wrote.</param>
    /// <param name="sender">Whom a fault names.</param>
    /// <returns>The plan, or the fault <c>preprocessing.malformed</c>.</returns>
    public static Checked<PreprocessingPlan> Parse(ReadOnlySpan<byte> bytes, PartyId? sender = null)
    {
        var reader = new WireReader(bytes, MessageKind, MessageVersion);
        var scheme = SharingScheme.FromNumbers(reader.Byte(), reader.Int32(), reader.Int32());
        var maskDigest = reader.Bytes(SHA256.HashSizeInBytes);
        var count = reader.Int32();
        var requests = ImmutableArray.CreateBuilder<CorrelationRequest>();
        for (var i = 0; i < count && i < MaximumRequests && reader.Failure is null; i++)
        {
            var kind = reader.Byte();
            var (first, second, third, fourth) = (reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32());
            var shape = CorrelationRequest.HasShape(kind) ? ConvolutionShape.Read(ref reader) : null;
            if (CorrelationRequest.FromNumbers(kind, first, second, third, fourth, shape) is { } request
                && scheme is not null && request.Fits(scheme))
            {
                requests.Add(request);
            }
        }

        if (!reader.Finish() || scheme is null || requests.Count != count || !NamesMasks(requests.ToImmutable(), maskDigest))
        {
            return new ProtocolFault("preprocessing.malformed", sender, "a list of correlations", reader.Failure ?? "parts that do not fit each other");
        }

        var plan = new PreprocessingPlan(scheme, requests.ToImmutable(), maskDigest);
        return Corrections(plan, scheme.Parties - 1) <= MaximumCorrection
            ? plan
            : new ProtocolFault("preprocessing.too-large", sender, "at most 2^27 words of correction", "more");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Requests.Length} correlations, {Scheme}";

    private static bool NamesMasks(ImmutableArray<CorrelationRequest> requests, ReadOnlySpan<byte> maskDigest) =>
        maskDigest.Length == (requests.Any(request => request.Kind is CorrelationKind.MaskedMatrix or CorrelationKind.MaskedConvolution) ? SHA256.HashSizeInBytes : 0);

    private static long Corrections(PreprocessingPlan plan, int party) =>
        plan.Requests.Sum(request => request.Parts(plan.Scheme.Algebra).Where(part => IsCorrected(plan.Scheme, part.Role, party)).Sum(part => (long)part.Words));

    /// <summary>Whether a party's share of a part comes from the dealer and not from the party's seed.</summary>
    internal static bool IsCorrected(SharingScheme scheme, PartRole role, int party) => role switch
    {
        PartRole.Random => party > scheme.CorruptionThreshold,
        PartRole.Fixed => party >= scheme.CorruptionThreshold,
        PartRole.FixedBits => party == scheme.Parties - 1,
        PartRole.Common => true,
        _ => false,
    };
}
