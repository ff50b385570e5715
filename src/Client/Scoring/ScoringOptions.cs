using PrivacyGrains.Ckks.Formats;

namespace PrivacyGrains.Client.Scoring;

/// <summary>How a client scores.</summary>
public sealed record ScoringOptions
{
    /// <summary>The model's version; 0 for the newest.</summary>
    public int Version { get; init; }

    /// <summary>The digest that the model must have, lower-case hex; null where any will do. Whoever was told it by the owner is not given another model unseen.</summary>
    public string? Digest { get; init; }

    /// <summary>batched or packed; null for packed where there is one row and the model has that layout, else batched.</summary>
    public string? Layout { get; init; }

    /// <summary>Dialect and packing of what is sent; the answer is the same way.</summary>
    public SealFraming Framing { get; init; } = new(new SealVersion(4, 1), SealCompression.None);
}

/// <summary>What came of scoring rows.</summary>
/// <param name="Scores">For each row its answers, after the link.</param>
/// <param name="Version">Of the model.</param>
/// <param name="Layout">That was used.</param>
/// <param name="Requests">How many requests it took.</param>
/// <param name="RowsCounted">Against the quota.</param>
/// <param name="RowsLeft">Of the quota.</param>
/// <param name="BytesUp">Of ciphertexts.</param>
/// <param name="BytesDown">Of answers.</param>
/// <param name="ErrorBound">A bound of an answer's error before the link, as the plan predicts it.</param>
/// <param name="Seconds">Where the time went.</param>
public sealed record ScoredRows(
    double[][] Scores, int Version, string Layout, int Requests, long RowsCounted, long RowsLeft, long BytesUp, long BytesDown, double ErrorBound, ScoringSeconds Seconds);

/// <summary>Where the time went.</summary>
/// <param name="Encrypt">Encoding, encrypting and writing.</param>
/// <param name="Service">From sending to the answer.</param>
/// <param name="Decrypt">Reading, decrypting and decoding.</param>
public sealed record ScoringSeconds(double Encrypt, double Service, double Decrypt);
