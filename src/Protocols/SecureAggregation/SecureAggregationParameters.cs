namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>The sizes and thresholds of one secure aggregation, checked.</summary>
/// <remarks>
/// <para>
/// Source: Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS 2017 (eprint 2017/281), section 6: against an active
/// server that colludes with some clients, the threshold t must satisfy 2t > n + colluders. Else the server could show two halves of the honest clients two
/// different survivor sets and collect both kinds of share of one client.
/// </para>
/// <para>
/// That bound protects the masks, not the sum: whoever knows the sum and all inputs but one knows the last. So <see cref="MinimumCohort"/> is at least t and
/// at least 3, and at least two survivors are left when the colluders are taken away. A member that sees the sum and is curious counts among the colluders.
/// </para>
/// </remarks>
public sealed record SecureAggregationParameters
{
    /// <summary>The most clients: points of the field of 256 elements.</summary>
    public const int MaximumClients = 255;

    /// <summary>The longest vector, in words.</summary>
    public const int MaximumVectorLength = 1 << 26;

    private SecureAggregationParameters()
    {
    }

    /// <summary>Clients in the roster (n), 3 to 255.</summary>
    public int Clients { get; private init; }

    /// <summary>Shares that give a seed or key (t): how many clients must answer last.</summary>
    public int ReconstructionThreshold { get; private init; }

    /// <summary>Fewest survivors whose sum a client helps to open.</summary>
    public int MinimumCohort { get; private init; }

    /// <summary>Clients that may work together with the server without learning more than the sum.</summary>
    public int Colluders { get; private init; }

    /// <summary>Words in every client's vector.</summary>
    public int VectorLength { get; private init; }

    /// <summary>Bits of a word (b): sums are modulo 2^b. A multiple of 8 from 8 to 64. The caller leaves headroom for the sum.</summary>
    public int WordBits { get; private init; }

    /// <summary>Bytes of a word on the wire.</summary>
    public int WordBytes => WordBits / 8;

    /// <summary>All ones in a word.</summary>
    public ulong WordMask => WordBits == 64 ? ulong.MaxValue : (1UL << WordBits) - 1;

    /// <summary>Checks parameters that should be right.</summary>
    /// <param name="clients">Clients in the roster, 3 to 255.</param>
    /// <param name="reconstructionThreshold">t, with 2t > clients + colluders.</param>
    /// <param name="minimumCohort">At least t and 3, at most the clients.</param>
    /// <param name="colluders">From 0; at least two less than the minimum cohort.</param>
    /// <param name="vectorLength">Words, 1 to 2^26.</param>
    /// <param name="wordBits">8, 16, ... 64.</param>
    /// <returns>The parameters.</returns>
    /// <exception cref="ArgumentException">One is out of range; the message says which.</exception>
    public static SecureAggregationParameters Create(
        int clients, int reconstructionThreshold, int minimumCohort, int colluders, int vectorLength, int wordBits) =>
        Check(clients, reconstructionThreshold, minimumCohort, colluders, vectorLength, wordBits).Try(out var parameters, out var fault)
            ? parameters
            : throw new ArgumentException(fault.ToString());

    /// <summary>Checks parameters that came from outside.</summary>
    /// <param name="clients">Clients in the roster, 3 to 255.</param>
    /// <param name="reconstructionThreshold">t, with 2t > clients + colluders.</param>
    /// <param name="minimumCohort">At least t and 3, at most the clients.</param>
    /// <param name="colluders">From 0; at least two less than the minimum cohort.</param>
    /// <param name="vectorLength">Words, 1 to 2^26.</param>
    /// <param name="wordBits">8, 16, ... 64.</param>
    /// <returns>The parameters, or <c>secagg.parameters</c>.</returns>
    public static Checked<SecureAggregationParameters> Check(
        int clients, int reconstructionThreshold, int minimumCohort, int colluders, int vectorLength, int wordBits) =>
        clients is < 3 or > MaximumClients ? Fault($"3 to {MaximumClients} clients", clients)
        : colluders < 0 || colluders >= clients ? Fault($"0 to {clients - 1} colluders", colluders)
        : reconstructionThreshold < 1 || reconstructionThreshold > clients || 2 * reconstructionThreshold <= clients + colluders
            ? Fault($"a reconstruction threshold from {((clients + colluders) / 2) + 1} to {clients}", reconstructionThreshold)
        : minimumCohort < Math.Max(Math.Max(3, reconstructionThreshold), colluders + 2) || minimumCohort > clients
            ? Fault($"a minimum cohort from {Math.Max(Math.Max(3, reconstructionThreshold), colluders + 2)} to {clients}", minimumCohort)
        : vectorLength is < 1 or > MaximumVectorLength ? Fault($"1 to {MaximumVectorLength} words", vectorLength)
        : wordBits is < 8 or > 64 || wordBits % 8 != 0 ? Fault("8, 16, 24, ... or 64 bits a word", wordBits)
        : new SecureAggregationParameters
        {
            Clients = clients,
            ReconstructionThreshold = reconstructionThreshold,
            MinimumCohort = minimumCohort,
            Colluders = colluders,
            VectorLength = vectorLength,
            WordBits = wordBits,
        };

    private static ProtocolFault Fault(string expected, int received) => new("secagg.parameters", null, expected, $"{received}");
}
