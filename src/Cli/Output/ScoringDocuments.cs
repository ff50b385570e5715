namespace PrivacyGrains.Cli.Output;

/// <summary>What <c>score --encrypted</c> prints.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">Of the version's numbers.</param>
/// <param name="Layout">How rows were laid out.</param>
/// <param name="Scores">For each row its answers, the link taken.</param>
/// <param name="Requests">How many it took.</param>
/// <param name="RowsCounted">Against the quota: all that the slots could hold.</param>
/// <param name="RowsLeft">Of the quota.</param>
/// <param name="BytesUp">Of ciphertexts.</param>
/// <param name="BytesDown">Of answers.</param>
/// <param name="Seconds">Where the time went.</param>
/// <param name="ErrorBound">A bound of an answer's error before the link, as the plan predicts it.</param>
/// <param name="File">Where the scores were written, or null.</param>
internal sealed record EncryptedScoresDocument(
    string Model, int Version, string Digest, string Layout, IReadOnlyList<double[]> Scores, int Requests, long RowsCounted, long RowsLeft, long BytesUp, long BytesDown,
    EncryptedSecondsBody Seconds, double ErrorBound, string? File);

/// <summary>Where time went.</summary>
/// <param name="Keys">Fetching the model, making and uploading keys.</param>
/// <param name="Encrypt">Encoding and encrypting.</param>
/// <param name="Service">From sending to the answer.</param>
/// <param name="Decrypt">Decrypting and decoding.</param>
internal sealed record EncryptedSecondsBody(double Keys, double Encrypt, double Service, double Decrypt);

/// <summary>What <c>score register</c> prints.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">For clients to check.</param>
/// <param name="Degree">N.</param>
/// <param name="PrimeBits">The special prime's last.</param>
/// <param name="Layouts">Each way to lay out rows.</param>
/// <param name="Link">What clients take of an answer.</param>
/// <param name="Activations">What was replaced.</param>
/// <param name="Loss">What that cost over the rows that were given; null where there were none.</param>
internal sealed record RegisteredScoringDocument(
    string Model, int Version, string Digest, int Degree, IReadOnlyList<int> PrimeBits, IReadOnlyList<string> Layouts, string Link, IReadOnlyList<ReplacedActivationBody> Activations, AccuracyLossBody? Loss);

/// <summary>A polynomial in an activation's place.</summary>
/// <param name="Activation">As <c>relu</c>.</param>
/// <param name="From">The interval's lower end.</param>
/// <param name="To">Its upper end.</param>
/// <param name="Degree">Of the polynomial.</param>
/// <param name="MaximumError">No point of the interval is off by more.</param>
internal sealed record ReplacedActivationBody(string Activation, double From, double To, int Degree, double MaximumError);

/// <summary>What replacing activations cost.</summary>
/// <param name="Rows">How many were measured.</param>
/// <param name="LargestDifference">Of any answer.</param>
/// <param name="MeanDifference">Of all answers.</param>
/// <param name="LabelAgreement">The part of rows that keep their label.</param>
/// <param name="RowsOutside">Rows that leave an interval somewhere.</param>
internal sealed record AccuracyLossBody(int Rows, double LargestDifference, double MeanDifference, double LabelAgreement, int RowsOutside);
