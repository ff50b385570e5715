namespace PrivacyGrains.Grains.Scoring;

/// <summary>An upload under way: in this activation's memory; one that a crash ends is begun anew.</summary>
internal sealed class KeyUpload(string name, string kind, long most)
{
    public string Name { get; } = name;

    public string Kind { get; } = kind;

    /// <summary>How many pieces lie on the disk.</summary>
    public int Pieces { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Checks a piece before it is written.</summary>
    /// <returns>Null where it is next; <see cref="KeyUploadStep.Done"/> where it came before.</returns>
    public (KeyUploadStep Step, Refusal? Refusal) Check(int index, int length) =>
        index == Pieces - 1 ? (KeyUploadStep.Done, null)
        : index != Pieces ? (KeyUploadStep.Next, new Refusal("scoring.piece-out-of-order", $"Piece {Pieces} is next, not {index}.", RefusalKind.Invalid))
        : length is < 1 or > IEvaluationKeysGrain.PieceBytes ? (KeyUploadStep.Next, new Refusal("scoring.bad-piece", $"A piece has 1 to {IEvaluationKeysGrain.PieceBytes} bytes.", RefusalKind.Invalid))
        : Bytes + length > most ? (KeyUploadStep.Next, new Refusal("ckks.too-large", $"{Kind} keys have at most {most} bytes under these parameters: make those that the service asks for alone.", RefusalKind.Invalid))
        : (KeyUploadStep.Next, null);

    /// <summary>Counts a piece that is on the disk.</summary>
    public void Take(int length)
    {
        Pieces++;
        Bytes += length;
    }
}

/// <summary>What to do with a piece.</summary>
internal enum KeyUploadStep
{
    /// <summary>Write it.</summary>
    Next,

    /// <summary>Nothing: it is there.</summary>
    Done,
}
